internal import LatheVocabulary

/// Why a kernel is gone.
struct KernelEnd: Sendable, Hashable {
    enum Cause: Sendable, Hashable {
        /// It was stopped by lathe because nobody needed it any more.
        case stopped
        /// It did not end its cell in time after an interrupt.
        case ignoredInterrupt
        /// Its cell ran longer than allowed and did not end after an interrupt.
        case cellTime(Duration)
        /// It, or all kernels together, used more than they may.
        case overLimit(String)
        /// It sent what the protocol does not allow.
        case violation(String)
        /// The template, and with it the whole sandbox, is gone.
        case template(String)
        case exited(Int)
        case signal(Int)
        /// Its channel closed and nobody told why.
        case unknown
    }

    var cause: Cause
    /// The end of its standard error, where it was not in a cell.
    var lastWords = ""
    /// What it could use.
    var limits = KernelLimits()

    /// For the person and the model: what happened, and what that means for the working memory.
    var message: String {
        let words = lastWords.isEmpty ? "" : " Its last words: \(lastWords)"
        return "\(sentence) Its variables are gone.\(words)"
    }

    private var sentence: String {
        switch cause {
        case .stopped: "The kernel was stopped."
        case .ignoredInterrupt: "The cell did not end after an interrupt, so its kernel was killed."
        case .cellTime(let time):
            "The cell ran longer than \(time / .seconds(1)) s (limit cell) and did not end after an interrupt, so its kernel "
                + "was killed; \(KernelLimit.cell.mend)."
        case .overLimit(let reason): "The kernel was stopped. \(reason)"
        case .violation(let what): "The kernel was killed because it broke the protocol: \(what)."
        case .template(let what): "The sandbox ended, and all its kernels with it: \(what)."
        case .exited(0): "The code ended its own process (exit code 0)."
        case .exited(let code): "The code ended its own process with exit code \(code)."
        case .signal(9): "The kernel was killed by the system (SIGKILL), probably because memory ran out."
        case .signal(11): "The kernel crashed: segmentation fault (SIGSEGV); the traceback is in its standard error."
        case .signal(6): "The kernel aborted itself (SIGABRT); the traceback is in its standard error."
        case .signal(24): "The kernel used up its processor time\(value(.cpu)); \(KernelLimit.cpu.mend)."
        case .signal(31): "The kernel was killed for a system call in a foreign numbering (SIGSYS)."
        case .signal(let number): "The kernel was ended by signal \(number)."
        case .unknown: "The kernel closed its channel and did not end."
        }
    }

    /// Such as ` (limit cpu=12h)`.
    private func value(_ limit: KernelLimit) -> String {
        limits[limit].map { " (limit \(limit.rawValue)=\(limit.text($0)))" } ?? ""
    }
}
