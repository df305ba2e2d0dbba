extension AdmissionReport {
    /// Everything that has to be mended, in one text.
    package var refusal: String {
        let reasons = findings.filter(\.isRefusal).map { finding in
            "• " + (finding.line.map { "line \($0): " } ?? "") + finding.reason + " [\(finding.rule)]"
        }
        var text = "It cannot be saved as it is:"
        for (index, reason) in reasons.enumerated() {
            guard text.utf8.count + reason.utf8.count < 8_000 else {
                return text + "\n… and \(reasons.count - index) more; mend these first."
            }
            text += "\n" + reason
        }
        return text
    }
}
