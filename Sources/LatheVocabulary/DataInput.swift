/// A file or folder that the user gives to a session, mounted read-only and bound to a name.
package struct DataInput: Sendable, Hashable, Codable {
    package enum Format: String, Sendable, Codable, CaseIterable {
        case parquet, csv, tsv, json, jsonl, excel, sqlite, text, folder

        /// Whether it is read as a table from the beginning, or may be.
        package var isTable: Bool {
            switch self {
            case .parquet, .csv, .tsv, .json, .jsonl, .excel: true
            case .sqlite, .text, .folder: false
            }
        }
    }

    /// A Python identifier.
    package var name: String
    /// Absolute path on the host.
    package var path: String
    package var format: Format

    package init(name: String, path: String, format: Format) {
        self.name = name
        self.path = path
        self.format = format
    }
}
