/// Uses a value, so that the compiler cannot leave out what computed it.
@inline(never)
@_optimize(none)
func blackHole(_ value: Float) {}
