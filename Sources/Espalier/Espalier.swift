/// Train, prune, retrain and serve neural networks on CPUs: everything under one import.
@_exported public import EspalierData
@_exported public import EspalierFigures
@_exported public import EspalierFormats
@_exported public import EspalierInference
@_exported public import EspalierNetworks
@_exported public import EspalierOneShot
@_exported public import EspalierPruning
@_exported public import EspalierRecipes
@_exported public import EspalierTensors
@_exported public import EspalierTraining
