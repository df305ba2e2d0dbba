package import LatheVocabulary

/// Shows a run: fed by its events, in order.
package protocol EventScreen: Sendable {
    func show(_ event: Event)

    /// Draws what changes without an event, such as the clock, until the task is cancelled. Returns at once where
    /// nothing does.
    func animate() async

    /// Leaves the terminal to somebody else, who asks the user something: nothing is drawn until `goOn`.
    func makeRoom()

    func goOn()

    /// Leaves the terminal as a shell expects it; to be called at the end, whatever happened. An event that
    /// comes later is still shown, but nothing moves any more.
    func finish()
}

extension EventScreen {
    package func makeRoom() {}

    package func goOn() {}

    package func animate() async {}

    /// Runs `body` while the screen moves, and finishes it afterwards.
    package func during<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        defer { finish() }
        async let _: Void = animate()
        return try await body()
    }
}

/// The screen that fits what the user asked for and where it goes. `folder` is the session's, where whole outputs are.
package func screen(
    for form: OutputForm,
    output: TerminalOutput = .standardOutput,
    errors: TerminalOutput = .standardError,
    environment: [String: String],
    folder: String? = nil
) -> any EventScreen {
    switch form {
    case .json: return JSONScreen(output: output)
    case .quiet: return QuietScreen(output: output, errors: errors, folder: folder)
    case .screen:
        let term = environment["TERM", default: ""]
        guard output.size() != nil, !term.isEmpty, term != "dumb" else {
            return PlainScreen(
                output: output, canvas: Canvas(size: output.size(), environment: environment))
        }
        return LiveScreen(output: output, environment: environment)
    }
}
