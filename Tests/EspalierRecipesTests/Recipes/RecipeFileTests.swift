import EspalierFormats
import EspalierPruning
import EspalierRecipes
import EspalierTraining
import Testing

@Suite struct RecipeFileTests {
  /// What the comments of an example say are the defaults are the defaults.
  @Test(arguments: PruningStrategy.Name.allCases)
  func examplesHoldTheDefaults(_ name: PruningStrategy.Name) throws {
    let file = try RecipeFile(RecipeFile.example(of: name), file: "example")
    #expect(file.model == "lenet-300-100")
    let strategy: PruningStrategy =
      switch name {
      case .oneShot: .oneShot(OneShotStrategy())
      case .iterative: .iterative(IterativeStrategy())
      case .gradual: .gradual(GradualStrategy())
      case .dynamic: .dynamic(DynamicStrategy())
      case .lotteryTicket: .lotteryTicket(LotteryTicketStrategy())
      case .rigl: .rigl(RigLStrategy())
      }
    var expected = Recipe(strategy: strategy)
    expected.training.learningRate = 0.002
    #expect(file.recipe == expected)
    #expect(expected.problem == nil)
  }

  /// The parts that stand in comments can be used as they are.
  @Test func commentedPartsCanBeUsed() throws {
    let text = RecipeFile.example(of: .oneShot)
      .replacing("# distillation:", with: "distillation:").replacing(
        "#   temperature: 4", with: "  temperature: 4"
      )
      .replacing("#   mix: 0.5 ", with: "  mix: 0.5 ").replacing(
        "  # layers: [fc1, fc2]", with: "  layers: [fc1, fc2]")
    let recipe = try RecipeFile(text, file: "example").recipe
    #expect(recipe.distillation == Distillation(temperature: 4, mix: 0.5))
    #expect(recipe.pruning.layers == ["fc1", "fc2"])
  }

  @Test func everyKeyIsRead() throws {
    let recipe = try RecipeFile(
      """
      epochs: 3
      held-out: 100
      training: {optimizer: sgd, learning-rate: 0.1, momentum: 0.5, nesterov: true, weight-decay: 0, schedule: step,
        warm-up: 1, label-smoothing: 0.1, batch-size: 32, seed: 7}
      pruning: {criterion: taylor, pattern: 4x2, distribution: erk, floor: 2, layers: [fc1], biases: true, samples: 99}
      strategy: {name: lottery-ticket, sparsity: 0.8, rounds: 2, rewinding: learning-rate, rewind-epoch: 1, control: false}
      distillation: {temperature: 2, mix: 0.25}
      """, file: "all"
    ).recipe
    #expect(
      recipe
        == Recipe(
          training: TrainingSettings(
            optimizer: .sgd, learningRate: 0.1, momentum: 0.5, nesterov: true, weightDecay: 0,
            schedule: .step,
            warmUp: 1, labelSmoothing: 0.1, batchSize: 32, seed: 7),
          epochs: 3, heldOut: 100,
          pruning: PruningChoice(
            criterion: .taylor, pattern: .blocks(4, 2), distribution: .erk, floor: 2, layers: ["fc1"],
            biases: true,
            samples: 99),
          strategy: .lotteryTicket(
            LotteryTicketStrategy(
              sparsity: 0.8, rounds: 2, rewinding: .learningRate, rewindEpoch: 1, control: false)),
          distillation: Distillation(temperature: 2, mix: 0.25)))
  }

  @Test(
    arguments: [
      (
        "epoch: 3",
        "f: line 1: expected one of model, epochs, held-out, training, pruning, strategy, distillation, found the key epoch"
      ),
      ("epochs: 3\nepochs: 4", "f: line 2: expected each key once, found epochs a second time"),
      ("epochs: many", "f: line 1, epochs: expected a whole number from 0 to 1000000, found many"),
      (
        "strategy:\n  name: iterative\n  interval: 3",
        "f: line 3: expected in strategy one of name, sparsity, rounds, retrain-epochs, maximum-drop, found the key interval"
      ),
      (
        "strategy: {name: iterativ}",
        "f: line 1, strategy.name: expected one of one-shot, iterative, gradual, dynamic, lottery-ticket, rigl, found iterativ"
      ),
      (
        "strategy: {sparsity: 1.5}",
        "f: line 1, strategy.sparsity: expected a number from 0.0 to 1.0, found 1.5"
      ),
      (
        "strategy:\n  sparsity: 1",
        "f: line 2, strategy.sparsity: expected a share from 0 and below 1, found 1.0"
      ),
      ("training: [1, 2]", "f: line 1, training: expected keys and values, found a list"),
      ("training:\n  momentum: 0.5", "f: line 2, training.momentum: expected optimizer: sgd as well"),
      (
        "pruning: {pattern: 5:4}",
        "f: line 1, pruning.pattern: expected weights, weights-per-row, rows, columns, layer, N:M such as 2:4, or "
          + "ROWSxCOLUMNS such as 4x1, found 5:4"
      ),
      (
        "pruning: {pattern: 2:4}",
        "f: strategy.sparsity: the pattern or the sparsities per layer fix the amount themselves"
      ),
      (
        "epochs: 2\nstrategy:\n  name: lottery-ticket\n  rewind-epoch: 2",
        "f: line 4, strategy.rewind-epoch: expected less than the 2 epochs of training, found 2"
      ),
      (
        "pruning: {criterion: taylor}\nstrategy: {name: rigl}",
        "f: line 1, pruning: expected at most layers, for RigL has rules of its own"
      ),
      (
        "strategy: {name: rigl}\ndistillation: {mix: 0.5}",
        "f: line 2, distillation: expected a dense network to learn from, found a recipe that trains none"
      ),
      ("", "f: content: expected a recipe, found nothing"),
      ("- 1\n- 2", "f: line 1: expected keys and values, found a list"),
    ])
  func mistakesAreNamedWithTheirLine(text: String, message: String) {
    #expect {
      _ = try RecipeFile(text, file: "f")
    } throws: {
      "\($0)" == message
    }
  }

  @Test func brokenYAMLIsNamedWithItsPlace() {
    #expect {
      _ = try RecipeFile("training: {optimizer: adam", file: "f")
    } throws: {
      "\($0)".hasPrefix("f: line ") && "\($0)".contains("expected YAML, found ")
    }
  }
}
