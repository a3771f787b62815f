import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTraining
import Testing

@Suite struct BlockRemovalTests {
  /// Three residual blocks, the second of which adds almost nothing.
  private func residual() -> Network {
    var generator = Xoshiro256(seed: 11)
    func block(_ number: Int, _ scale: Float) -> Residual {
      let weight = Tensor(uniform: -scale..<scale, shape: [6, 6], using: &generator)
      return Residual {
        Linear(weight: weight).named("inner\(number)")
        ReLU().named("relu\(number)")
        Linear(weight: weight).named("outer\(number)")
      }
    }
    let blocks = [block(1, 1), block(2, 0.01), block(3, 1)]
    return Network(input: [4]) {
      Linear(inputs: 4, outputs: 6, using: &generator).named("in")
      blocks[0]
      blocks[1]
      ReLU().named("relu")
      blocks[2]
      Linear(inputs: 6, outputs: 3, using: &generator).named("out")
    }
  }

  @Test func blocksAreFoundWithAllThatIsInThem() {
    #expect(
      residual().residualBlocks.map(\.nodes) == [
        ["inner1", "relu1", "outer1", "add1"], ["inner2", "relu2", "outer2", "add2"],
        ["inner3", "relu3", "outer3", "add3"],
      ])
  }

  /// The removed block's branch at 0 gives the same network.
  @Test func withoutABlockItIsTheIdentity() {
    let network = residual()
    for block in network.residualBlocks {
      var silent = network
      silent.visitParameters { path, parameter in
        if path.node == block.nodes[2] { parameter.values = Tensor(zeros: [6, 6]) }
      }
      let inputs = noise(shape: [4], count: 7).tensor
      let removed = network.removing(block)
      #expect(removed.predict(inputs).values == silent.predict(inputs).values)
      #expect(removed.nodes.map(\.name) == network.nodes.map(\.name).filter { !block.nodes.contains($0) })
    }
  }

  @Test func shortcutsThatChangeAndInsidesThatAreReadStay() {
    var generator = Xoshiro256(seed: 1)
    var projected = Network(input: [4]) { Linear(inputs: 4, outputs: 4, using: &generator).named("in") }
    let left = projected.append(Linear(inputs: 4, outputs: 4, using: &generator), after: [.node(0)])
    let right = projected.append(Linear(inputs: 4, outputs: 4, using: &generator), after: [.node(0)])
    projected.append(Add(), after: [left, right])
    #expect(projected.residualBlocks.isEmpty, "neither side is the identity")

    var read = Network(input: [4]) { ReLU().named("in") }
    let inner = read.append(Linear(inputs: 4, outputs: 4, using: &generator), after: [.node(0)])
    let sum = read.append(Add(), after: [.node(0), inner])
    read.append(Add(), after: [sum, inner])
    #expect(!read.residualBlocks.contains { $0.sum == "add1" }, "the inside is read by the second sum too")
  }

  @Test(arguments: BlockRemoval.Criterion.allCases)
  func theBlockThatCostsLeastGoesFirst(_ criterion: BlockRemoval.Criterion) throws {
    let (network, samples) = (residual(), noise(shape: [4], count: 60))
    let removal = BlockRemoval(criterion: criterion)
    let costs = removal.costs(of: network, samples: samples)
    #expect(costs.map(\.block.sum) == ["add1", "add2", "add3"])
    if criterion == .loss {
      for cost in costs {
        let difference = network.removing(cost.block).meanLoss(on: samples) - network.meanLoss(on: samples)
        #expect(abs(cost.cost - difference) < 1e-6)
      }
    }
    let found = try removal.remove(2, from: network, samples: samples)
    #expect(found.removed.count == 2 && found.network.residualBlocks.count == 1)
    #expect(found.removed[0].cost == costs.map(\.cost).min())
    if criterion == .taylor { #expect(found.removed[0].block.sum == "add2") }
    let error = #expect(throws: UnreachableTarget.self) {
      try removal.remove(4, from: network, samples: samples)
    }
    #expect("\(error!)" == "expected 4 residual blocks with an identity shortcut to remove, found 3")
  }
}

extension Network {
  fileprivate func meanLoss(on samples: Dataset) -> Double { evaluate(on: samples).loss }
}
