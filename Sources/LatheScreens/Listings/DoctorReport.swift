package import LatheVocabulary

/// What `lathe doctor` found out about one thing.
package struct DoctorFinding: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable { case ok, warning, missing }

    /// Such as `interpreter` or `sandbox: seccomp`.
    package var topic: String
    package var status: Status
    package var detail: String
    /// The command or step that mends it; shown only where the status is not `ok`.
    package var mend: String

    package init(topic: String, status: Status, detail: String, mend: String = "") {
        self.topic = topic
        self.status = status
        self.detail = detail
        self.mend = mend
    }
}

/// All findings of `lathe doctor`.
package struct DoctorReport: Sendable, Hashable {
    package var findings: [DoctorFinding]

    package init(_ findings: [DoctorFinding]) { self.findings = findings }

    /// `.failed` where something is missing.
    package var exitCode: ExitCode { findings.contains { $0.status == .missing } ? .failed : .complete }

    package func lines(_ canvas: Canvas) -> [StyledLine] {
        let topics = findings.map { canvas.text($0.topic).width }.max() ?? 0
        let column = min(topics, 24) + 4
        return findings.flatMap { finding in
            let (mark, style): (String, Style) =
                switch finding.status {
                case .ok: ("✓", .green)
                case .warning: ("⚠", .yellow)
                case .missing: ("✗", .red)
                }
            let topic = canvas.text(mark + " ", style) + canvas.text(finding.topic, .bold) + canvas.pad(2)
            var lines = canvas.wrap(canvas.padded(topic, to: column) + canvas.text(finding.detail), indent: column)
            if finding.status != .ok, !finding.mend.isEmpty {
                lines += canvas.wrap(
                    canvas.pad(column) + canvas.text("→ ", .cyan) + canvas.text(finding.mend), indent: column + 2)
            }
            return lines
        } + [summary(canvas)]
    }

    private func summary(_ canvas: Canvas) -> StyledLine {
        let missing = findings.count { $0.status == .missing }
        let warnings = findings.count { $0.status == .warning }
        if missing > 0 {
            return canvas.text("\(missing) missing, \(Figure.count(warnings, "warning"))", [.bold, .red])
        }
        if warnings > 0 { return canvas.text("ready, with \(Figure.count(warnings, "warning"))", [.bold, .yellow]) }
        return canvas.text("ready", [.bold, .green])
    }

    package var json: JSONValue {
        .array(
            findings.map {
                [
                    "topic": .string($0.topic), "status": .string($0.status.rawValue), "detail": .string($0.detail),
                    "mend": .string($0.mend),
                ]
            })
    }
}
