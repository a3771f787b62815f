/// The layer types that a stored network may be made of, by their kind.
///
/// A program with layers of its own adds them: `LayerRegistry.standard.adding(MyLayer.self)`.
public struct LayerRegistry: Sendable {
  private var types: [String: any Layer.Type] = [:]

  /// A registry of the given types.
  public init(_ types: [any Layer.Type]) {
    for type in types { self.types[type.kind] = type }
  }

  /// The library's own layers.
  public static let standard = LayerRegistry([
    Linear.self, ReLU.self, LeakyReLU.self, Sigmoid.self, Tanh.self, GELU.self, Flatten.self, Dropout.self,
    Softmax.self, LogSoftmax.self, Add.self, Conv2d.self,
    MaxPool2d.self, AvgPool2d.self, GlobalAveragePool2d.self, Reshape.self, BatchNorm.self, LayerNorm.self,
    Select.self, Concat.self, Upsample.self,
  ])

  /// This registry and one type more; a type of the same kind is replaced.
  public func adding(_ type: any Layer.Type) -> LayerRegistry {
    var copy = self
    copy.types[type.kind] = type
    return copy
  }

  /// The type of a kind, nil if unknown.
  public subscript(kind: String) -> (any Layer.Type)? { types[kind] }
}
