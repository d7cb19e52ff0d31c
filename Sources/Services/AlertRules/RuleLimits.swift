/// What one rule may be at most; more is refused with the member's name.
public enum RuleLimits {
    /// Bytes of a rule's JSON.
    public static let bytes = 262_144
    public static let tests = 20
    public static let ids = 1_000
    public static let activeTimes = 50
    /// Elements of `notify`.
    public static let notices = 20
    public static let vertices = 10_000
    /// Characters of a name or another short text.
    public static let text = 500
    /// Seconds of `for` and `per`: 7 days. Their values are kept, or read from the history when Parvis starts.
    public static let windowSeconds = 7.0 * 86_400
    /// Seconds of silence and of an escalation: 31 days.
    public static let silenceSeconds = 31.0 * 86_400
}
