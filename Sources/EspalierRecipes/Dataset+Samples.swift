public import EspalierData
public import EspalierNetworks
public import EspalierTensors

extension Dataset {
  /// The samples as a network takes them, [count, input shape…]; traps unless they have as many features.
  public func samples(for network: Network) -> Tensor {
    tensor.reshaped(to: [count] + network.inputShape)
  }
}
