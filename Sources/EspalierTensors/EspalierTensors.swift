// EspalierTensors
