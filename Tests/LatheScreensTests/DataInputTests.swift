import Foundation
import LatheVocabulary
import Testing

@testable import LatheScreens

struct DataInputTests {
    private static let files: [String: (FileProbe.Kind, String)] = [
        "/d/flights.parquet": (.file(bytes: 9), "PAR1xxxx"), "/d/flights.csv": (.file(bytes: 9), "a,b"),
        "/d/2013 delays.csv.gz": (.file(bytes: 9), "\u{1F}"), "/d/list.json": (.file(bytes: 2), "[]"),
        "/d/base.db": (.file(bytes: 99), "SQLite format 3\0"), "/d/odd.bin": (.file(bytes: 99), "SQLite format 3\0"),
        "/d/fake.parquet": (.file(bytes: 99), "version https"), "/d/fake.db": (.file(bytes: 99), "hello"),
        "/d/empty.csv": (.file(bytes: 0), ""), "/d/note.log": (.file(bytes: 0), ""),
        "/d/x.pdf": (.file(bytes: 3), "%PD"),
        "/d/locked.csv": (.unreadable("Permission denied"), ""), "/d/pipe.csv": (.special, ""),
        "/d/logs": (.folder, ""),
        "/d/a=b.csv": (.file(bytes: 1), "a"), "/home/u/h.tsv": (.file(bytes: 1), "a"),
        "/d/naïve.XLSX": (.file(bytes: 1), "PK"),
    ]

    private func resolve(_ arguments: String...) throws(CommandError) -> [DataInput] {
        let probe = FileProbe(
            kind: { Self.files[$0]?.0 ?? .missing }, head: { Array((Self.files[$0]?.1 ?? "").utf8) })
        return try DataInput.resolve(arguments, workingDirectory: "/d", home: "/home/u", probe: probe)
    }

    @Test(arguments: [
        ("flights.parquet", DataInput(name: "flights", path: "/d/flights.parquet", format: .parquet)),
        ("old=./flights.csv", DataInput(name: "old", path: "/d/flights.csv", format: .csv)),
        ("2013 delays.csv.gz", DataInput(name: "data_2013_delays", path: "/d/2013 delays.csv.gz", format: .csv)),
        ("list.json", DataInput(name: "list_data", path: "/d/list.json", format: .json)),
        ("base.db", DataInput(name: "base", path: "/d/base.db", format: .sqlite)),
        ("odd.bin", DataInput(name: "odd", path: "/d/odd.bin", format: .sqlite)),
        ("note.log", DataInput(name: "note", path: "/d/note.log", format: .text)),
        ("logs", DataInput(name: "logs", path: "/d/logs", format: .folder)),
        ("a=b.csv", DataInput(name: "a_b", path: "/d/a=b.csv", format: .csv)),
        ("h=~/h.tsv", DataInput(name: "h", path: "/home/u/h.tsv", format: .tsv)),
        ("naïve.XLSX", DataInput(name: "na_ve", path: "/d/naïve.XLSX", format: .excel)),
    ])
    func `an input gets a name, an absolute path and a format`(argument: String, expected: DataInput) throws {
        #expect(try resolve(argument) == [expected])
    }

    @Test(arguments: [
        ("none.csv", "--data none.csv: there is no such file or folder; check the path"),
        ("locked.csv", "--data locked.csv: it cannot be read (Permission denied); check its permissions"),
        ("pipe.csv", "--data pipe.csv: not a regular file; save the data to a file first"),
        ("empty.csv", "--data empty.csv: the file is empty; give one with content"),
        ("fake.parquet", "--data fake.parquet: this is no Parquet file, whatever its ending; export or fetch it again"),
        ("fake.db", "--data fake.db: this is no SQLite database, whatever its ending; check the path"),
        ("x.pdf", "--data x.pdf: the ending .pdf is not known; rename or convert it to one of: \(DataFormat.known)"),
        ("a=", "--data a=: the path is missing; write --data NAME=PATH"),
        (
            "class=flights.csv",
            "--data class=flights.csv: 'class' is a word of the Python language; write --data class_data=flights.csv"
        ),
        (
            "sum=flights.csv",
            "--data sum=flights.csv: 'sum' would hide Python's own sum; write --data sum_data=flights.csv"
        ),
        (
            "lathe=flights.csv",
            "--data lathe=flights.csv: 'lathe' is used by the kernel; write --data lathe_data=flights.csv"
        ),
        (
            "my-data=flights.csv",
            "--data my-data=flights.csv: 'my-data' is no Python name (a letter, then letters, digits and _, at most 64); "
                + "write --data my_data=flights.csv"
        ),
    ])
    func `an input that cannot be used is named with reason and mend`(argument: String, expected: String) {
        #expect(throws: CommandError.self) { try resolve(argument) }
        do throws(CommandError) { _ = try resolve(argument) } catch { #expect(error.reason == expected) }
    }

    @Test func `two inputs never share a name`() {
        do throws(CommandError) {
            _ = try resolve("flights.parquet", "flights.csv")
            Issue.record("accepted")
        } catch {
            #expect(
                error.reason == "two inputs are called 'flights': /d/flights.parquet and /d/flights.csv; "
                    + "name one yourself: --data NAME=/d/flights.csv")
        }
    }

    @Test func `real files are looked at`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("PAR1....PAR1".utf8).write(to: folder.appending(path: "table"))
        let inputs = try DataInput.resolve(["table", "folder=."], workingDirectory: folder.path)
        #expect(
            inputs == [
                DataInput(name: "table", path: folder.path + "/table", format: .parquet),
                DataInput(name: "folder", path: folder.path, format: .folder),
            ])
    }
}
