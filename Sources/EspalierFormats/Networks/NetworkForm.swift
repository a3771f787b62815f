/// How the parameters of a network are laid out in a file: each in one of two ways.
///
/// **Dense**: `fc1.weight` as F32 and, where a parameter has been pruned, its mask as BOOL under `fc1.mask`
/// (`fc1.bias_mask` for a bias): the names PyTorch's users expect.
///
/// **Compact**: of every pruned matrix only the survivors, in row-major order: their values as F32, F16 or BF16 under
/// `fc1.weight.values`, and where they are as U8 under `fc1.weight.positions`. The header's metadata have, under
/// `espalier.compact`, a JSON object with a member for each such parameter:
///
///     {"fc1.weight": {"shape": [300, 784], "coding": "rice", "bits": 4}}
///
/// The coding is whatever takes fewer bytes for that matrix:
/// - `bitmap`: a bit a position, lowest first, 1 for survivors (NumPy: `unpackbits(positions, bitorder="little")`);
/// - `rice`: for each survivor the number g of pruned positions since the survivor before it, as ⌊g / 2ᵏ⌋ zeros, a one, and
///   the k = `bits` low bits of g, lowest first.
///
/// Both fill bytes from their lowest bit and the last byte with zeros. Everything else, biases and matrices that were never
/// pruned, is as in the dense form. At 5 % density positions take about 6 bits a survivor.
public enum NetworkForm: Sendable, Hashable {
  /// Each parameter as it is held in memory: packed matrices compact, with single-precision values, all others dense.
  /// Nothing that is not stored is laid out, in the file or for an instant, whatever the size of a layer.
  case asHeld
  /// All parameters dense, for other programs; but a packed matrix of more values than `Parameter.mostDenseValues`, 1 GiB
  /// of them, is written compact.
  case dense
  /// Every pruned matrix compact, packed or not.
  case compact(values: CompactValues = .float32)
}
