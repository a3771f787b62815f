extension Network {
  /// Packs the weights of linear layers whose density is at most `density`, and of convolutions in one group whose density is
  /// at most two thirds of it (`Layer.packingFactor`); what is packed already stays so, whatever its density.
  ///
  /// A layer that was born sparse, read from a compact file or packed by hand is therefore never made dense here: only
  /// `unpack()` does that. Changes the form of parameters, no value. Workspaces that were planned for the network before are of no use
  /// afterwards if anything changed.
  public mutating func pack(upTo density: Double) {
    visitLayers { layer in
      let factor = layer.packingFactor
      layer.visitParameters { _, parameter in
        guard factor > 0, parameter.role == .weight, parameter.shape.count >= 2,
          parameter.density <= factor * density, parameter.survivors < parameter.count
        else { return }
        parameter.pack()
      }
    }
  }

  /// Unpacks every parameter; traps when one is too large to be dense.
  public mutating func unpack() { visitParameters { _, parameter in parameter.unpack() } }

  /// Gives every parameter the form, packed or dense, that the parameter of its path has in another network; those that
  /// the other does not have keep theirs, and so do those too large ever to be dense. Changes no value.
  public mutating func pack(like other: Network) {
    visitParameters { path, parameter in
      guard let model = other[path], model.isPacked != parameter.isPacked else { return }
      if model.isPacked {
        parameter.pack()
      } else if parameter.count <= Parameter.mostDenseValues {
        parameter.unpack()
      }
    }
  }
}
