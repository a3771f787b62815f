// EspalierTraining
