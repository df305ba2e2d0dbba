internal import LatheSandbox
internal import LatheVocabulary

extension KernelError {
    /// What the engine is told when the sandbox cannot be had.
    init(_ error: SandboxError) {
        let code: Code =
            switch error.code {
            case .sourceMissing, .sourceUnreadable: .inputUnreadable
            case .bubblewrapMissing, .namespacesRefused, .landlockMissing: .sandboxUnavailable
            case .system: .templateFailed
            }
        self.init(code, error.reason, underlying: error.underlying)
    }
}
