import EspalierTestSupport

/// Memory whose end is guarded, as other test targets use it.
typealias GuardedBuffer = EspalierTestSupport.GuardedBuffer
