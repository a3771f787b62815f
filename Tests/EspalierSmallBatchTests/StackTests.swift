import EspalierTensors
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// Without optimization frames are many times larger.
#if !DEBUG && !canImport(Darwin)
  @Suite("What products need of the stack")
  struct StackTests {
    /// As much as some C libraries give to a thread that asks for none, and 64 KB for what others take of that for
    /// thread-local variables; those of OpenBLAS are 60 KB.
    private static let stackSize = (128 + 64) << 10

    @Test("The largest blocks are packed on a small stack")
    func smallStack() async {
      await #expect(processExitsWith: .success) {
        let product = Product()
        // What is made once for the process is not made on the small stack.
        product.run()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        precondition(pthread_attr_setstacksize(&attributes, Self.stackSize) == 0)
        var thread = pthread_t()
        let failure = pthread_create(
          &thread, &attributes,
          {
            Unmanaged<Product>.fromOpaque($0!).takeUnretainedValue().run()
            return nil
          }, Unmanaged.passUnretained(product).toOpaque())
        precondition(failure == 0 && pthread_join(thread, nil) == 0)
        precondition(product.isRight)
      }
    }

    /// A few rows in the largest blocks times seven columns, which must be packed.
    private final class Product {
      private let layout: SparseSmallBatchLayout
      private let (rows, columns, batch) = (16, 4096, 7)
      private var x, y: Tensor

      init() {
        let survivors = rows * 40
        layout = SparseSmallBatchLayout(
          CompressedRows(
            rows: rows, columns: columns, rowStarts: (0...16).map { 40 * $0 },
            columnIndices: (0..<survivors).map { Int32($0 % 40 * 100) },
            values: [Float](repeating: 1, count: survivors)))
        x = Tensor(repeating: 1, shape: [columns, batch])
        y = Tensor(zeros: [rows, batch])
      }

      var isRight: Bool { y.values.allSatisfy { $0 == 40 } }

      func run() {
        x.withUnsafeMutableValues { x in
          y.withUnsafeMutableValues { y in
            Compute.current.multiply(
              layout, by: MatrixView(base: x.baseAddress!, rows: columns, columns: batch),
              into: MatrixView(base: y.baseAddress!, rows: rows, columns: batch))
          }
        }
      }
    }
  }
#endif
