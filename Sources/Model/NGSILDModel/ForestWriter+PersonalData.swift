import JSONTree

extension ForestWriter {
    /// What may not name an attribute may not hide as a member of a value either, at any depth.
    func refusePersonalMembers(_ value: JSONNode) throws(NGSILDError) {
        if document.isArray(value) {
            for element in document.elements(value) { try refusePersonalMembers(element) }
        } else if document.isObject(value) {
            for (key, inner) in document.members(value) {
                try checkMember(key)
                try refusePersonalMembers(inner)
            }
        }
    }

    private func checkMember(_ key: JSONNode) throws(NGSILDError) {
        if document.hasEscapes(key) {
            let name = Array((document.string(key) ?? "").utf8)
            return try checkMember(name[...])
        }
        try checkMember(document.bytes[document.contentRange(key)])
    }

    private func checkMember(_ name: ArraySlice<UInt8>) throws(NGSILDError) {
        let context = decoder.context
        let result: Result<Void, NGSILDError> = name.withUnsafeBufferPointer { buffer in
            do throws(NGSILDError) { return .success(try context.checkMember(buffer)) } catch { return .failure(error) }
        }
        try result.get()
    }
}
