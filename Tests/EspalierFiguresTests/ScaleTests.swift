import EspalierFigures
import EspalierTensors
import Testing

@Suite struct ScaleTests {
  /// Ranges of every size and place.
  private static func ranges(seed: UInt64) -> [ClosedRange<Double>] {
    var generator = Xoshiro256(seed: seed)
    return (0..<500).map { _ in
      let size = [1e-5, 0.01, 0.3, 1, 7, 100, 12345, 3e8].randomElement(using: &generator)!
      let start = Double.random(in: -3...3, using: &generator) * size
      return start...start + size * Double.random(in: 0.05...1, using: &generator)
    }
  }

  @Test func evenTicksAreFewRoundAndInside() {
    for (index, range) in Self.ranges(seed: 1).enumerated() {
      let count = 2 + index % 12
      let ticks = evenTicks(in: range, atMost: count)
      let step = evenStep(span: range.upperBound - range.lowerBound, atMost: count)
      #expect(ticks.count <= count + 1, "seed 1, \(range)")
      for tick in ticks {
        #expect(tick >= range.lowerBound - 1e-6 * step && tick <= range.upperBound + 1e-6 * step)
        #expect(((tick / step) - (tick / step).rounded()).magnitude < 1e-6)
      }
      for (a, b) in zip(ticks, ticks.dropFirst()) { #expect(((b - a) / step - 1).magnitude < 1e-6) }
      var mantissa = step
      while mantissa >= 9.999 { mantissa /= 10 }
      while mantissa < 0.9999 { mantissa *= 10 }
      #expect([1, 2, 2.5, 5].contains { (mantissa / $0 - 1).magnitude < 1e-9 }, "\(step)")
      #expect(step * Double(count) >= (range.upperBound - range.lowerBound) * (1 - 1e-6))
    }
  }

  @Test func evenTicksOfRoundRanges() {
    #expect(evenTicks(in: 0...10, atMost: 10) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(evenTicks(in: 0...1, atMost: 4) == [0, 0.25, 0.5, 0.75, 1])
    #expect(evenTicks(in: -1...1, atMost: 4) == [-1, -0.5, 0, 0.5, 1])
    #expect(evenTicks(in: 3...3, atMost: 4) == [3])
  }

  private static let scales: [(name: String, scale: AxisScale, least: Double)] = [
    ("linear", .linear, -.infinity), ("whole", .wholeNumbers, -.infinity), ("logarithmic", .logarithmic, 0),
    ("counts", .counts, -1e-9),
  ]

  @Test(arguments: scales.indices) func everyAxisGrowsAndTellsItsTicksApart(index: Int) {
    let (name, scale, least) = Self.scales[index]
    for range in Self.ranges(seed: 2) where range.lowerBound > least {
      let axis = FittedAxis(
        Axis("", scale: scale), values: [range.upperBound, range.lowerBound], tickCount: 8)
      #expect((axis.fraction(of: range.lowerBound)! - 0).magnitude < 1e-9, "\(name) \(range), seed 2")
      #expect((axis.fraction(of: range.upperBound)! - 1).magnitude < 1e-9)
      let middle = (range.lowerBound + range.upperBound) / 2
      #expect((0...1).contains(axis.fraction(of: middle)!))
      let ticks = axis.ticks(along: 600, margin: 10) { Double($0.count) * 7 }.sorted {
        $0.fraction < $1.fraction
      }
      #expect(Set(ticks.map(\.label)).count == ticks.count, "\(name) \(range): \(ticks.map(\.label))")
      for (a, b) in zip(ticks, ticks.dropFirst()) {
        #expect(a.value < b.value)
        let room = Double(a.label.count + b.label.count) * 3.5 + 10
        #expect((b.fraction - a.fraction) * 600 >= room - 1e-6, "\(a.label) touches \(b.label)")
      }
      if name == "whole" { #expect(ticks.allSatisfy { $0.value == $0.value.rounded() }) }
    }
  }

  @Test func roundedAxesEndAtTicks() {
    for range in Self.ranges(seed: 3) {
      let values = [range.lowerBound, range.upperBound]
      let axis = FittedAxis(Axis(""), values: values, isRounded: true, tickCount: 8)
      #expect(axis.positions.lowerBound <= range.lowerBound && axis.positions.upperBound >= range.upperBound)
      let ticks = axis.ticks.map(\.fraction)
      #expect(ticks.count <= 9 && ticks.count >= 3, "\(range), seed 3")
      #expect(ticks.first!.magnitude < 1e-6 && (ticks.last! - 1).magnitude < 1e-6, "\(range): \(ticks)")
    }
  }

  @Test func sharesPrunedAreStretched() throws {
    let axis = FittedAxis(
      Axis("", scale: .sharePruned, labels: .percent), values: [0, 0.5, 0.999], tickCount: 8)
    for (share, place) in [(0, 0), (0.9, 1), (0.99, 2), (0.999, 3)] as [(Double, Double)] {
      #expect((try #require(axis.fraction(of: share)) - place / 3).magnitude < 1e-9, "\(share)")
    }
    #expect(axis.fraction(of: 1) == nil && axis.fraction(of: 1.5) == nil && axis.fraction(of: .nan) == nil)
    let labels = axis.ticks.map(\.label)
    #expect(labels.starts(with: ["0 %", "90 %", "99 %", "99.9 %"]) && labels.contains("50 %"), "\(labels)")
  }

  @Test func labels() {
    func labels(_ labels: AxisLabels, _ range: ClosedRange<Double>, _ scale: AxisScale = .linear) -> [String]
    {
      let axis = FittedAxis(Axis("", scale: scale, labels: labels, range: range), values: [], tickCount: 4)
      return axis.ticks.map(\.label)
    }
    #expect(labels(.number, 0...1) == ["0.00", "0.25", "0.50", "0.75", "1.00"])
    #expect(
      labels(.number, -20_000...20_000) == [
        "−20\u{202F}000", "−10\u{202F}000", "0", "10\u{202F}000", "20\u{202F}000",
      ])
    #expect(labels(.percent, 0.8...1) == ["80 %", "85 %", "90 %", "95 %", "100 %"])
    #expect(labels(.number, 0...4e-9) == ["0", "1e−9", "2e−9", "3e−9", "4e−9"])
    #expect(labels(.custom { "<\(Int($0))>" }, 0...2, .wholeNumbers) == ["<0>", "<1>", "<2>"])
    #expect(labels(.number, 0...1000, .counts).prefix(4) == ["0", "1", "10", "100"])
  }

  @Test func ownScales() {
    let squares = AxisScale(ticks: [2, 1, 9]) { $0 * $0 }
    let axis = FittedAxis(Axis("", scale: squares), values: [0, 2], tickCount: 8)
    #expect(axis.fraction(of: 1) == 0.25 && axis.ticks.map(\.value) == [2, 1])
  }

  @Test(arguments: [[], [.nan], [0, 0], [5, 5], [-3], [1e300, 1e301], [.infinity, 1]] as [[Double]])
  func rangesOfNothing(values: [Double]) {
    for scale in [AxisScale.linear, .logarithmic, .counts, .sharePruned, .wholeNumbers] {
      let axis = FittedAxis(Axis("", scale: scale), values: values, isRounded: true, tickCount: 8)
      #expect(axis.positions.lowerBound < axis.positions.upperBound)
      #expect(axis.positions.upperBound.isFinite && axis.ticks.allSatisfy { (0...1).contains($0.fraction) })
    }
  }
}
