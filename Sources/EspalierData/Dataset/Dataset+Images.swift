extension Dataset {
  /// Images scaled to 0…1, with their classes.
  public init(_ images: LabeledImages) {
    self.init(
      images: images.images, imageShape: images.sampleShape, labels: images.labels, classCount: images.classCount)
  }
}
