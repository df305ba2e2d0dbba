import LatheVocabulary

/// A conversation as text alone, for models that send code in ```` ```python ```` blocks.
enum FenceForm {
    struct Turn: Sendable, Hashable {
        var role: Message.Role
        var text: String
    }

    static func turns(_ messages: [Message]) -> [Turn] {
        messages.map { message in
            let parts = message.blocks.compactMap(rendered)
            return Turn(role: message.role, text: parts.isEmpty ? PythonTool.noText : parts.joined(separator: "\n\n"))
        }
    }

    static func isBlank(_ text: String) -> Bool {
        text.allSatisfy(\.isWhitespace)
    }

    private static func rendered(_ block: Message.Block) -> String? {
        switch block {
        case .text(let text): isBlank(text) ? nil : text
        case .call(_, let code): "```python\n\(code)\n```"
        case .callResult(_, let text, let isError):
            (isError ? "The code failed:\n" : "Output:\n") + (isBlank(text) ? PythonTool.noOutput : text)
        }
    }

    /// What a grammar lets a model reply.
    enum Rule: Sendable, Hashable {
        /// One block of code and nothing else.
        case code
        /// One sentence at most, then one block of code; or a plain answer without code.
        case codeOrAnswer
    }

    /// Which lines a block of code may hold.
    enum Lines: Sendable, Hashable {
        case any
        /// No comments and no imports at the left margin. A small model that begins with them goes on to load a file that
        /// is not there; without them it uses what is in memory, in a third of the words.
        case terse
    }

    /// A GBNF grammar for servers in the style of llama.cpp.
    ///
    /// No line of the code starts with a backtick, so that the first line that does ends the block and the reply.
    static func grammar(_ rule: Rule, lines: Lines) -> String {
        let line =
            switch lines {
            case .any: #"line ::= ([^`\n] [^\n]*)? "\n""#
            case .terse: #"line ::= ([^`\n#if] [^\n]* | "i" [^m\n] [^\n]* | "f" [^r\n] [^\n]*)? "\n""#
            }
        let block = #"block ::= "```python\n" line+ "```""#
        switch rule {
        case .code: return ["root ::= block", block, line].joined(separator: "\n")
        case .codeOrAnswer:
            let sentence = #"sentence ::= [^`\n] [^`\n]{0,240}"#
            let answer = #"answer ::= [^`] ([^`] | "`" [^`])* "`"?"#
            let root = #"root ::= (sentence "\n")? block | answer"#
            return [root, block, line, sentence, answer].joined(separator: "\n")
        }
    }
}
