import LatheVocabulary

/// Tells a file's format by its ending and, for Parquet and SQLite, by its first bytes.
enum DataFormat {
    static let known = "csv, tsv, csv.gz, parquet, json, jsonl, xlsx, xls, sqlite, txt, md, log, or a folder"

    private static let endings: [String: DataInput.Format] = [
        "csv": .csv, "csv.gz": .csv, "tsv": .tsv, "tsv.gz": .tsv, "tab": .tsv, "parquet": .parquet, "pq": .parquet,
        "json": .json, "jsonl": .jsonl, "ndjson": .jsonl, "xlsx": .excel, "xls": .excel, "sqlite": .sqlite,
        "sqlite3": .sqlite, "db": .sqlite, "txt": .text, "md": .text, "log": .text,
    ]

    /// The file's name without its known or last ending, and that ending in lower case.
    static func split(_ fileName: String) -> (stem: String, ending: String) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1 else { return (fileName, "") }
        let double = parts.suffix(2).joined(separator: ".").lowercased()
        if parts.count > 2, endings[double] != nil { return (parts.dropLast(2).joined(separator: "."), double) }
        return (parts.dropLast().joined(separator: "."), (parts.last ?? "").lowercased())
    }

    static func of(_ path: String, fileName: String, bytes: Int, head: [UInt8]) throws(CommandError) -> DataInput.Format
    {
        let (_, ending) = split(fileName)
        let byEnding = endings[ending]
        guard bytes > 0 || byEnding == .text else {
            throw CommandError(.dataFormat, "--data \(path): the file is empty; give one with content")
        }
        if let byContent = byContent(head) { return byContent }
        switch byEnding {
        case .parquet:
            throw CommandError(
                .dataFormat, "--data \(path): this is no Parquet file, whatever its ending; export or fetch it again")
        case .sqlite:
            throw CommandError(
                .dataFormat, "--data \(path): this is no SQLite database, whatever its ending; check the path")
        case let format?: return format
        case nil:
            let what = ending.isEmpty ? "the file has no ending" : "the ending .\(ending) is not known"
            throw CommandError(.dataFormat, "--data \(path): \(what); rename or convert it to one of: \(known)")
        }
    }

    private static func byContent(_ head: [UInt8]) -> DataInput.Format? {
        if head.starts(with: Array("PAR1".utf8)) { return .parquet }
        return head.starts(with: Array("SQLite format 3\0".utf8)) ? .sqlite : nil
    }
}
