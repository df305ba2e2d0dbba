internal import LatheSandbox
internal import LatheScreens

extension SandboxChoice {
    /// How kernels run, as the user said on this command line.
    var arrangement: SandboxArrangement {
        switch self {
        case .confined: .bubblewrap
        case .none: .none
        }
    }
}

extension RunOptions {
    var arrangement: SandboxArrangement { sandbox.arrangement }
}

extension SandboxReport {
    /// What the user is told at the beginning of a run; nil where every layer is there.
    var warning: String? {
        let lost = lost.map { "\($0.name) (\($0.guarantee))" }.joined(separator: "; ")
        switch arrangement {
        case .none: return "No sandbox, as asked for: code runs with your rights. Not guaranteed: \(lost)."
        case .bubblewrap where !lost.isEmpty:
            return
                "Layers of the sandbox are missing here. Not guaranteed: \(lost). 'lathe doctor' says how to mend it."
        case .bubblewrap: return nil
        }
    }
}
