import ArgumentParser
import Espalier

/// Prints recipes to begin with, and checks one's own.
struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe", abstract: "Print a commented recipe, or check one.",
    discussion: "Recipes are YAML files that 'espalier run --recipe FILE' carries out.")

  @Option(
    help: ArgumentHelp(
      "Print a recipe of this strategy: \(PruningStrategy.Name.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var example: String?

  @Option(
    help: ArgumentHelp("Check this recipe and print it as JSON, all defaults filled in.", valueName: "file"))
  var check: String?

  func validate() throws {
    guard (example == nil) != (check == nil) else {
      throw ValidationError(
        "expected one of --example and --check, found \(example == nil ? "none" : "both")")
    }
  }

  func run() throws {
    if let check {
      let file = try RecipeFile(contentsOf: check)
      _ = try file.parseModel(at: check)
      return try Console.print(JSONText.encode(file.recipe))
    }
    let names = PruningStrategy.Name.allCases.map(\.rawValue).joined(separator: ", ")
    guard let name = PruningStrategy.Name(rawValue: example!) else {
      throw ValidationError("--example: expected one of \(names), found \(example!)")
    }
    try Console.print(RecipeFile.example(of: name))
  }
}

extension RecipeFile {
  /// The model that the recipe names, the standard one where it names none.
  func parseModel(at path: String) throws -> ModelName {
    guard let model else { return .standard }
    do { return try ModelName.parse(model) } catch {
      throw RecipeContradiction(
        file: path, place: "model",
        problem: "expected \(ModelName.choices), found \(model)")
    }
  }
}
