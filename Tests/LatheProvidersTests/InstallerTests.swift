import Foundation
import Testing

@testable import LatheProviders

@Suite(.timeLimit(.minutes(5))) struct InstallerTests {
    /// A small file in place of the weights; its address stands for the hub's.
    private func prepared(sha256: String) throws -> (ModelInstaller, EmbeddedWeights, String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lathe-test-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let source = folder.appendingPathComponent("source.bin")
        try Data(repeating: 0x61, count: 3_000_000).write(to: source)
        let weights = EmbeddedWeights(
            name: "test", title: "Test", fileName: "test.gguf", bytes: 3_000_000, sha256: sha256, license: "none",
            hub: source.absoluteString, pieces: .init(prefix: "x", count: 0, version: "0")
        )
        let own = ToolPaths(python: tools.python, scripts: tools.scripts, models: folder.path + "/models")
        return (ModelInstaller(tools: own), weights, folder.path)
    }

    @Test func `a file that matches is installed whole, listed as there and removed`() async throws {
        let (installer, weights, folder) = try prepared(sha256: Self.digest)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let watched = Steps()
        let path = try await installer.install(weights) { watched.add($0) }
        #expect(FileManager.default.contents(atPath: path)?.count == 3_000_000)
        #expect(installer.isInstalled(weights))
        #expect(watched.all.map(\.stage).last == .check)
        #expect(watched.all.filter { $0.stage == .hub }.map(\.done) == [1 << 20, 2 << 20, 3_000_000])
        #expect(try installer.remove(weights))
        #expect(!installer.isInstalled(weights))
        #expect(try !installer.remove(weights))
    }

    @Test func `a file that is another one is refused and not left behind`() async throws {
        let (installer, weights, folder) = try prepared(sha256: String(repeating: "0", count: 64))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = await #expect(throws: ModelSetupError.self) { try await installer.install(weights) }
        #expect(error?.code == .mismatch)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/models")
        #expect(left == ["test.gguf.lock"])
    }

    /// Of three million letters a.
    private static let digest = "2a152c894398719c0570f83fac34ac03a0f6e8e474b995c2403aa5434f7b9dd4"
}

private final class Steps: @unchecked Sendable {
    // Guarded by `lock` in every access.
    private let lock = NSLock()
    private var steps: [ModelInstaller.Progress] = []

    func add(_ step: ModelInstaller.Progress) { lock.withLock { steps.append(step) } }
    var all: [ModelInstaller.Progress] { lock.withLock { steps } }
}
