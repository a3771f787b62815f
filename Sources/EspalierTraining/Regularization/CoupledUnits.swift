internal import EspalierNetworks

/// The units of all dependency groups of a network, numbered throughout, with where their weights are.
struct CoupledUnits: Sendable {
  /// What the units of one group take of one parameter along one axis.
  private struct Slice {
    /// The parameter's position in the order of the nodes.
    let parameter: Int
    /// The unit of each index along the axis; negative for none.
    let unitOfIndex: [Int32]
    /// Values from one index to the next.
    let inner: Int

    func forEachRun(
      in values: UnsafeBufferPointer<Float>, _ position: Int,
      _ body: (Int, Int, Int, UnsafeBufferPointer<Float>) -> Void
    ) {
      var (first, index) = (0, 0)
      while first < values.count {
        let unit = unitOfIndex[index]
        if unit >= 0 {
          body(position, first, Int(unit), UnsafeBufferPointer(rebasing: values[first..<first + inner]))
        }
        first += inner
        index = index + 1 == unitOfIndex.count ? 0 : index + 1
      }
    }
  }

  private let slices: [Slice]
  /// √p for the p weights of each unit.
  let roots: [Double]

  init(of network: Network) {
    var (slices, sizes): ([Slice], [Int]) = ([], [])
    let parameters = network.parameters
    let positions = Dictionary(uniqueKeysWithValues: parameters.indices.map { (parameters[$0].path, $0) })
    for group in network.dependencyGraph.groups {
      let first = sizes.count
      sizes += [Int](repeating: 0, count: group.unitCount)
      for slice in group.slices {
        let position = positions[slice.path]!
        let parameter = parameters[position].parameter
        guard parameter.role == .weight else { continue }
        let length = parameter.shape[slice.axis]
        var unitOfIndex = [Int32](repeating: -1, count: length)
        for unit in 0..<group.unitCount {
          for index in slice.indices[unit] {
            unitOfIndex[index] = Int32(first + unit)
            sizes[first + unit] += parameter.count / length
          }
        }
        slices.append(
          Slice(
            parameter: position, unitOfIndex: unitOfIndex,
            inner: parameter.shape.dropFirst(slice.axis + 1).reduce(1, *)))
      }
    }
    self.slices = slices
    roots = sizes.map { Double($0).squareRoot() }
  }

  /// ‖w_u‖₂ of every unit. Traps when a parameter with slices is packed.
  func writeNorms(of network: inout Network, into norms: inout [Double]) {
    for unit in norms.indices { norms[unit] = 0 }
    forEachRun(of: &network) { _, _, unit, values in
      var sum = 0.0
      for value in values { sum += Double(value) * Double(value) }
      norms[unit] += sum
    }
    for unit in norms.indices { norms[unit] = norms[unit].squareRoot() }
  }

  /// Calls `body` with each stretch of weights that lie side by side and go with one unit: the parameter's position, the
  /// first value's, the unit and the values.
  func forEachRun(
    of network: inout Network, _ body: (Int, Int, Int, UnsafeBufferPointer<Float>) -> Void
  ) {
    var position = 0
    network.visitParameters { path, parameter in
      for slice in slices where slice.parameter == position {
        precondition(
          !parameter.isPacked, "\(path) is packed: the lasso over coupled units needs dense parameters")
        parameter.withUnsafeStoredValues { slice.forEachRun(in: $0, position, body) }
      }
      position += 1
    }
  }
}
