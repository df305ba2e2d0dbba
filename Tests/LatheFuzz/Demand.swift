internal import Glibc

/// Ends the process with a message where something is not as it must be, also in a build that drops those of `precondition`.
func demand(_ isSo: Bool, _ message: @autoclosure () -> String) {
    guard !isSo else { return }
    let words = "ERROR: \(message())\n"
    _ = write(STDERR_FILENO, words, words.utf8.count)
    abort()
}
