// EspalierPruning
