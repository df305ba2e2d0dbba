internal import LatheEngine
internal import LatheScreens
internal import LatheTelemetry
internal import LatheVocabulary

/// Leads a session's events to where telemetry goes, beside the screens; the engine never waits for it.
struct TelemetryFeed: Sendable {
    private let telemetry: Telemetry
    private let reader: Task<Void, Never>

    /// Nil where the user wants none.
    static func begin(_ project: Project, session: String, _ log: EventLog) -> TelemetryFeed? {
        guard project.telemetry.isOn else { return nil }
        let telemetry = Telemetry(
            project.telemetry, session: session, folder: project.folder, version: Version.text)
        let events = log.watch()
        let reader = Task {
            for await event in events { telemetry.take(event) }
        }
        return TelemetryFeed(telemetry: telemetry, reader: reader)
    }

    /// To be called after the log is closed: brings out what is left, and tells what could not be.
    func end() async {
        await reader.value
        for line in await telemetry.finish() {
            TerminalOutput.standardError.write("lathe: \(TerminalText.safe(line))\n")
        }
    }
}
