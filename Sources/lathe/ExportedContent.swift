internal import LatheVocabulary

/// An exported file's text, and the files that belong beside it.
struct ExportedContent: Sendable {
    struct Copy: Sendable {
        /// Where it is.
        var from: String
        /// Its name in the folder of files.
        var name: String
    }

    var text: String
    var copies: [Copy] = []

    init(text: String) { self.text = text }

    /// Reads what `lathe_export` answered.
    init(parsing bytes: [UInt8]) throws(CommandFailure) {
        do throws(JSONError) {
            let value = try JSONValue(parsing: bytes, limits: JSONLimits(bytes: 1 << 30))
            text = value["text"]?.stringValue ?? ""
            copies = (value["copies"]?.arrayValue ?? []).compactMap { copy in
                guard let from = copy["from"]?.stringValue, let to = copy["to"]?.stringValue else { return nil }
                return Copy(from: from, name: to.split(separator: "/").last.map(String.init) ?? to)
            }
        } catch {
            throw CommandFailure("the exported text cannot be read: \(error.reason)")
        }
    }
}
