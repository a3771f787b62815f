// EspalierFormats
