internal import Foundation
internal import LatheVocabulary

/// Text that tells its reader what to do, or claims to be a rule, in place of saying what is the case.
///
/// No wall: whoever wants can say it otherwise. What is remembered is shown as data whatever it says; this keeps the plain cases out.
package enum CommandingText {
    /// The words that give it away; nil where there are none.
    package static func words(in text: String) -> String? {
        let plain = folded(text)
        let range = NSRange(plain.startIndex..., in: plain)
        for pattern in patterns {
            guard let match = pattern?.firstMatch(in: plain, range: range), let found = Range(match.range, in: plain)
            else { continue }
            return String(plain[found])
        }
        return nil
    }

    /// In small letters, compatible forms joined, without marks and invisible characters, look-alikes as what they look like, with single
    /// spaces.
    private static func folded(_ text: String) -> String {
        let joined = text.precomposedStringWithCompatibilityMapping
            .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        let visible = joined.unicodeScalars.compactMap(\.seen)
        return String(String.UnicodeScalarView(visible)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static let patterns = [
        #"\b(ignore|disregard|forget|override|bypass|drop)\b[^.]{0,40}\b(instructions?|rules?|prompts?|polic(y|ies)|guidelines|above|previous|earlier|prior)\b"#,
        #"\byou (must|have to|need to|should|shall|will|can now|are now|are (a|an|the|allowed|authori[sz]ed|permitted|required))\b"#,
        #"\byour (new )?(instructions?|rules?|task|job|role|goal|system prompt)\b"#,
        #"\b(system|developer|hidden) (prompt|message|instructions?)\b"#,
        #"\bnew (instructions?|rules?|orders?)\b"#,
        #"\b(from now on|without (asking|telling|confirmation|approval)|(do not|don't|never) (tell|inform|ask|mention|warn)\b)"#,
        #"\b(act|behave|respond|answer|pretend) as (if|though|an?|the)\b"#,
        #"(^|[.!?:;] )(please )?(always |never )?(run|execute|call|send|upload|delete|exfiltrate|post|email|reply|respond|answer) (it|this|that|all|every|the|to|with|lathe|import|subprocess|os\.)"#,
        #"</?(system|state|project_instructions|recollections|instructions?|assistant|user|tool)\b|\[/?inst\]|<\|"#,
        #"(^|[.!?] )(system|assistant|developer|user|human|ai) ?:"#,
    ].map { try? NSRegularExpression(pattern: $0) }
}
