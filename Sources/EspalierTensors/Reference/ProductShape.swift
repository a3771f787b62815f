/// The sizes of a product: m × k times k × n.
struct ProductShape {
  var m: Int
  var n: Int
  var k: Int

  /// m, n and k.
  var sizes: [Int] { [m, n, k] }

  /// The sizes for a person.
  var text: String { "m \(m), n \(n), k \(k)" }

  /// The sizes of the transposed product: op(B)ᵀ · op(A)ᵀ.
  var transposed: ProductShape { ProductShape(m: n, n: m, k: k) }

  /// Multiplications in the product, as a `Double` because sizes come from outside and might overflow an integer.
  var work: Double { Double(m) * Double(n) * Double(k) }
}
