/// The names of columns, compared as people mean them.
public enum ColumnName {
    /// The name in lower case without spaces and signs, so that `PM2.5` and `pm25` are one.
    public static func plain(_ name: String) -> String {
        String(
            name.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil })
    }
}
