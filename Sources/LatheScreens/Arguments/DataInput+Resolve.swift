import Foundation
package import LatheVocabulary

extension DataInput {
    /// Finds the inputs that `--data` names, in their order, each with a name of its own.
    ///
    /// Throws for the first that is missing, unreadable, of no known format, or whose name cannot be used, with the mend.
    package static func resolve(
        _ arguments: [String],
        workingDirectory: String = FileManager.default.currentDirectoryPath,
        home: String = NSHomeDirectory(),
        probe: FileProbe = .system
    ) throws(CommandError) -> [DataInput] {
        var inputs: [DataInput] = []
        for argument in arguments {
            let place = DataPlace(workingDirectory: workingDirectory, home: home, probe: probe)
            let input = try place.input(argument)
            if let clash = inputs.first(where: { $0.name == input.name }) {
                throw CommandError(
                    .dataName,
                    "two inputs are called '\(input.name)': \(clash.path) and \(input.path); "
                        + "name one yourself: --data NAME=\(input.path)")
            }
            inputs.append(input)
        }
        return inputs
    }
}

/// Where paths are looked up.
private struct DataPlace {
    var workingDirectory: String
    var home: String
    var probe: FileProbe

    func input(_ argument: String) throws(CommandError) -> DataInput {
        let (name, given) = try split(argument)
        let path = absolute(given)
        let fileName = (path as NSString).lastPathComponent
        let format: DataInput.Format
        var stem = DataFormat.split(fileName).stem
        switch probe.kind(path) {
        case .missing:
            throw CommandError(.dataMissing, "--data \(given): there is no such file or folder; check the path")
        case .unreadable(let why):
            throw CommandError(.dataUnreadable, "--data \(given): it cannot be read (\(why)); check its permissions")
        case .special:
            throw CommandError(.dataUnreadable, "--data \(given): not a regular file; save the data to a file first")
        case .folder:
            format = .folder
            stem = fileName
        case .file(let bytes):
            format = try DataFormat.of(given, fileName: fileName, bytes: bytes, head: probe.head(path))
        }
        return DataInput(name: name ?? PythonName.derived(from: stem), path: path, format: format)
    }

    /// A name and a path. A path that contains `=` and is there is taken as a path.
    private func split(_ argument: String) throws(CommandError) -> (name: String?, path: String) {
        guard let mark = argument.firstIndex(of: "="), probe.kind(absolute(argument)) == .missing else {
            return (nil, argument)
        }
        let name = String(argument[..<mark])
        let path = String(argument[argument.index(after: mark)...])
        if name.contains("/") { return (nil, argument) }
        guard !path.isEmpty else {
            throw CommandError(.dataMissing, "--data \(argument): the path is missing; write --data NAME=PATH")
        }
        guard let fault = PythonName.fault(of: name) else { return (name, path) }
        throw CommandError(
            .dataName,
            "--data \(argument): \(Self.explain(fault, name)); "
                + "write --data \(PythonName.derived(from: name))=\(path)")
    }

    private static func explain(_ fault: PythonName.Fault, _ name: String) -> String {
        switch fault {
        case .form: "'\(name)' is no Python name (a letter, then letters, digits and _, at most 64)"
        case .keyword: "'\(name)' is a word of the Python language"
        case .builtin: "'\(name)' would hide Python's own \(name)"
        case .reserved: "'\(name)' is used by the kernel"
        }
    }

    private func absolute(_ path: String) -> String {
        var full = path
        if path == "~" || path.hasPrefix("~/") {
            full = home + path.dropFirst()
        } else if !path.hasPrefix("/") {
            full = workingDirectory + "/" + path
        }
        return (full as NSString).standardizingPath
    }
}
