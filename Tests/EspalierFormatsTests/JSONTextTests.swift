import EspalierFormats
import Testing

@Suite struct JSONTextTests {
  private struct Numbers: Codable, Equatable {
    var finite = 1.5
    var large = Double.infinity
    var small = -Double.infinity
    var single = Float.infinity
  }

  @Test("Infinities and NaN are strings, and come back")
  func nonConformingNumbers() throws {
    let text = try JSONText.encode(Numbers())
    #expect(text == #"{"finite":1.5,"large":"Infinity","single":"Infinity","small":"-Infinity"}"#)
    #expect(try JSONText.decode(Numbers.self, from: text) == Numbers())
    #expect(try JSONText.encode([Double.nan]) == #"["NaN"]"#)
    #expect(try JSONText.decode([Double].self, from: #"["NaN"]"#)[0].isNaN)
  }
}
