package import LatheVocabulary

/// What a model is told of a cell that ran: bounded, and naming where the whole of anything cut is kept.
package struct Observation: Sendable, Hashable {
    package let text: String
    package let isError: Bool

    package init(_ result: CellResult) {
        var parts: [String] = []
        let number = result.number
        if result.stdout.bytes > 0 {
            parts.append(Excerpt(result.stdout, cap: .stdout, whole: "lathe.output(\(number))").text.trimmingLines)
        }
        if result.stderr.bytes > 0 {
            let text = Excerpt(result.stderr, cap: .stderr, whole: "lathe.output(\(number), \"stderr\")").text
            parts.append("stderr:\n" + text.trimmingLines)
        }
        if let value = result.value {
            let text = Excerpt(value.text, cap: .value, whole: value.name).text
            parts.append("\(value.name) (\(value.type)):\n" + text.trimmingLines)
        }
        if !result.artifacts.isEmpty {
            parts.append("artifacts: " + result.artifacts.map(\.name).joined(separator: ", "))
        }
        if let failure = result.failure {
            let trace = failure.traceback.isEmpty ? "\(failure.type): \(failure.message)" : failure.traceback
            let whole = "lathe.output(\(number), \"traceback\")"
            parts.append(Excerpt(trace, cap: .traceback, whole: whole).text.trimmingLines)
        }
        switch result.status {
        case .interrupted: parts.append("The cell was interrupted; what it had changed stays.")
        case .died: parts.append("The kernel died.")
        case .ok, .error: break
        }
        text = parts.isEmpty ? "(no output)" : parts.joined(separator: "\n")
        isError = result.status != .ok
    }
}

extension String {
    /// The text without blank lines at its ends.
    var trimmingLines: String {
        var text = self[...]
        while let last = text.last, last.isNewline { text.removeLast() }
        while let first = text.first, first.isNewline { text.removeFirst() }
        return String(text)
    }
}
