/// `sum += x * y`: fused where every processor of the architecture can, as two operations where not.
///
/// Baseline x86-64 has no fused multiplication; asking for one there would call the C library per lane.
@inline(__always)
func addProduct<Vector: SIMD>(_ sum: inout Vector, _ x: Vector, _ y: Vector) where Vector.Scalar == Float {
  #if arch(arm64)
    sum.addProduct(x, y)
  #else
    sum += x * y
  #endif
}

/// The scalar twin of the vector operation: the same rounding, so that the end of a row equals its middle.
@inline(__always)
func addProduct(_ sum: inout Float, _ x: Float, _ y: Float) {
  #if arch(arm64)
    sum.addProduct(x, y)
  #else
    sum += x * y
  #endif
}

/// Four elements from an address of any alignment.
@inline(__always)
func loadVector4(_ pointer: UnsafePointer<Float>) -> SIMD4<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
}

/// Eight elements from an address of any alignment.
@inline(__always)
func loadVector8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

/// Stores eight elements to an address of any alignment.
@inline(__always)
func storeVector8(_ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD8<Float>.self)
}
