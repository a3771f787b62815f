/// The numbers of a path's outline, in the order they stand.
func numbers(_ outline: String?) -> [Double] {
  (outline ?? "").split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
}

/// Text that breaks whatever forgets to escape, and characters that XML does not have.
let hostileText = "</title><script>alert('1 & \"2\"')</script>]]>\u{0}\u{1B}\u{FFFE} ünïcödé 枝 &amp;"
/// The same as a reader should see it.
let hostileTextRead = "</title><script>alert('1 & \"2\"')</script>]]>\u{FFFD}\u{FFFD}\u{FFFD} ünïcödé 枝 &amp;"
