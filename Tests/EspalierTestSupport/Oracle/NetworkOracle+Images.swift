internal import EspalierNetworks

extension NetworkOracle {
  /// Each pixel repeated in both directions.
  func upsampled(_ factor: Int, _ shape: [Int], _ x: [Double], batch: Int) -> [Double] {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    return (0..<channels * height * width).flatMap { pixel in
      let (channel, i, j) = (
        pixel / (height * width), pixel / width % height / factor, pixel % width / factor
      )
      let source = (channel * (height / factor) + i) * (width / factor) + j
      return x[source * batch..<(source + 1) * batch]
    }
  }
}
