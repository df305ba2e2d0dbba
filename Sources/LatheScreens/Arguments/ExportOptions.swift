/// What a session is written as, and where.
package struct ExportOptions: Sendable, Hashable {
    package enum Form: String, Sendable, Hashable, CaseIterable {
        /// A Jupyter notebook.
        case notebook
        /// A report with its figures beside it.
        case markdown
        /// Spans and metrics in OTLP's JSON, one document a line.
        case otlp
        /// The events, one a line, as `--json` prints them.
        case jsonl

        /// What names of such files end with.
        package var suffix: String {
            switch self {
            case .notebook: ".ipynb"
            case .markdown: ".md"
            case .otlp: ".otlp.jsonl"
            case .jsonl: ".jsonl"
            }
        }
    }

    package enum Destination: Sendable, Hashable {
        case standardOutput
        /// Nil for the session's name in the working directory.
        case file(String?)
        /// The address of an OTLP endpoint.
        case endpoint(String)
    }

    /// Whether a file that is there may be replaced.
    package enum Replacing: Sendable, Hashable { case refused, allowed }

    package var form: Form
    package var destination: Destination
    package var replacing: Replacing
}

extension GivenArguments {
    func exportOptions() throws(CommandError) -> ExportOptions {
        let path = value(.output)
        let ending = ExportOptions.Form.allCases.first { path?.lowercased().hasSuffix($0.suffix) == true }
        var form = ending ?? .notebook
        if let text = value(.to) {
            guard let known = ExportOptions.Form(rawValue: text) else {
                let names = ExportOptions.Form.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandError(.badValue, "--to takes one of \(names), not '\(text)'")
            }
            form = known
        }
        let isAddress = path?.hasPrefix("http://") == true || path?.hasPrefix("https://") == true
        guard form == .otlp || !isAddress else {
            throw CommandError(.badValue, "--output takes an address only with --to otlp; name a file")
        }
        var destination = path == "-" ? ExportOptions.Destination.standardOutput : .file(path)
        if isAddress, let path { destination = .endpoint(path) }
        return ExportOptions(
            form: form, destination: destination,
            replacing: has(.force) ? .allowed : .refused)
    }
}
