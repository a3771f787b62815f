// EspalierNetworks
