import EspalierNetworks
import Testing

@Suite struct NetworkNameTests {
  /// What a file would refuse, a network must not be built with.
  @Test func namesThatAFileCannotHoldTrap() async {
    await #expect(processExitsWith: .failure) { _ = Network(input: [2]) { ReLU().named("my layer") } }
    await #expect(processExitsWith: .failure) { _ = Network(input: [2]) { ReLU().named("input") } }
    await #expect(processExitsWith: .failure) { _ = Network(input: [2]) { ReLU().named("") } }
    await #expect(processExitsWith: .success) { _ = Network(input: [2]) { ReLU().named("my-layer.1") } }
  }
}
