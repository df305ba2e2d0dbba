import Foundation
import LatheVocabulary

/// Fetches, lists and removes the weights of the embedded models.
package struct ModelInstaller: Sendable {
    /// How far an installation is.
    package struct Progress: Sendable, Hashable {
        package enum Stage: String, Sendable {
            case hub, pieces
            /// Comparing the SHA-256 of the whole.
            case check
        }

        package var stage: Stage
        package var done: Int
        package var total: Int
    }

    /// What is known of one model on this machine.
    package struct Listing: Sendable, Hashable {
        package var weights: EmbeddedWeights
        /// Where it is; nil where it is not installed.
        package var path: String?
        /// Bytes of an installation that was broken off and can go on.
        package var partialBytes: Int
    }

    private let tools: ToolPaths

    package init(tools: ToolPaths) {
        self.tools = tools
    }

    package func path(of weights: EmbeddedWeights) -> String {
        tools.models + "/" + weights.fileName
    }

    /// Whether the file is there in its full size; its SHA-256 was checked when it was installed.
    package func isInstalled(_ weights: EmbeddedWeights) -> Bool {
        size(path(of: weights)) == weights.bytes
    }

    package func list() -> [Listing] {
        EmbeddedWeights.all.map { weights in
            Listing(
                weights: weights,
                path: isInstalled(weights) ? path(of: weights) : nil,
                partialBytes: size(path(of: weights) + ".partial") ?? 0
            )
        }
    }

    /// Installs a model and returns the path of its file; one that is there already is left alone.
    ///
    /// Goes on where an earlier installation was broken off. Cancelling the task breaks it off.
    package func install(
        _ weights: EmbeddedWeights,
        progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws(ModelSetupError) -> String {
        if isInstalled(weights) { return path(of: weights) }
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("lathe-fetch-\(UUID()).log").path
        defer { try? FileManager.default.removeItem(atPath: log) }
        let child = try await TrustedScript.start("fetch", tools: tools, errorFile: log)
        child.write(line: wanted(weights).text)
        var result: Result<String, ModelSetupError>?
        for await line in child.lines {
            guard let value = try? JSONValue(parsing: line) else { continue }
            if let step = step(value) { progress(step) }
            result = outcome(value) ?? result
        }
        await child.stop(grace: Task.isCancelled ? 0 : 5)
        if Task.isCancelled {
            throw ModelSetupError(.cancelled, "The installation was stopped; run it again to go on from there.")
        }
        if let result { return try result.get() }
        let said = String(decoding: (FileManager.default.contents(atPath: log) ?? Data()).suffix(600), as: UTF8.self)
        throw ModelSetupError(.download, "The installation ended early: \(PlainText.line(said)).")
    }

    /// Removes a model's file and what is left of a broken installation; false where there was nothing.
    @discardableResult
    package func remove(_ weights: EmbeddedWeights) throws(ModelSetupError) -> Bool {
        let base = path(of: weights)
        let files = [base, base + ".partial", base + ".partial.json", base + ".lock"]
            .filter { FileManager.default.fileExists(atPath: $0) }
        do {
            for file in files { try FileManager.default.removeItem(atPath: file) }
        } catch {
            throw ModelSetupError(
                .download, "\(PlainText.quoted(base)) cannot be removed: check who owns it.", underlying: error
            )
        }
        return files.contains { !$0.hasSuffix(".lock") }
    }

    private func size(_ path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue
    }

    private func wanted(_ weights: EmbeddedWeights) -> JSONValue {
        [
            "folder": .string(tools.models), "file": .string(weights.fileName), "bytes": .integer(weights.bytes),
            "sha256": .string(weights.sha256), "hub": .string(weights.hub), "prefix": .string(weights.pieces.prefix),
            "count": .integer(weights.pieces.count), "version": .string(weights.pieces.version),
        ]
    }

    private func step(_ value: JSONValue) -> Progress? {
        guard let done = value["done"]?.integerValue, let total = value["total"]?.integerValue,
            let stage = value["source"]?.stringValue.flatMap(Progress.Stage.init)
        else { return nil }
        return Progress(stage: stage, done: done, total: total)
    }

    private func outcome(_ value: JSONValue) -> Result<String, ModelSetupError>? {
        if let path = value["path"]?.stringValue { return .success(path) }
        guard let failed = value["failed"]?.stringValue else { return nil }
        let codes: [String: ModelSetupError.Code] = ["disk_full": .diskFull, "mismatch": .mismatch]
        let reason = PlainText.line(value["reason"]?.stringValue ?? "no reason given", limit: 600)
        return .failure(ModelSetupError(codes[failed] ?? .download, reason))
    }
}
