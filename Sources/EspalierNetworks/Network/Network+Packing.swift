extension Network {
  /// Packs the weight matrices whose density is at most `density`, and unpacks the others unless they are too large ever to
  /// be dense (`Parameter.mostDenseValues`).
  ///
  /// Changes the form of parameters, no value. Workspaces that were planned for the network before are of no use
  /// afterwards if anything changed.
  public mutating func pack(upTo density: Double) {
    visitParameters { _, parameter in
      guard parameter.role == .weight, parameter.shape.count == 2 else { return }
      if parameter.density <= density, parameter.survivors < parameter.count {
        parameter.pack()
      } else if parameter.count <= Parameter.mostDenseValues {
        parameter.unpack()
      }
    }
  }

  /// Unpacks every parameter; traps when one is too large to be dense.
  public mutating func unpack() { visitParameters { _, parameter in parameter.unpack() } }
}
