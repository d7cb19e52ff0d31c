/// Networks for tests.
enum SampleNetwork {
    /// Two streets that cross, one lane each, each way onto one other edge; a left turn that waits inside gives a second
    /// internal lane, and an internal junction that lists foreign lanes, as SUMO writes them.
    ///
    /// Places: 0 west to east, 1 west to north (left, waits inside), 2 south to north, 3 east to west.
    static let crossing = """
        <?xml version="1.0"?>
        <!-- a network < with a trap > -->
        <net>
            <edge id=":j_0"><lane id=":j_0_0" index="0" length="10" speed="13.89"/></edge>
            <edge id=":j_1"><lane id=":j_1_0" index="0" length="5" speed="13.89"/></edge>
            <edge id=":j_4"><lane id=":j_4_0" index="0" length="5" speed="13.89"/></edge>
            <edge id=":j_2"><lane id=":j_2_0" index="0" length="10" speed="16.67"/></edge>
            <edge id=":j_3"><lane id=":j_3_0" index="0" length="10" speed="13.89"/></edge>
            <edge id="west"><lane id="west_0" index="0" length="100" speed="13.89"/></edge>
            <edge id="before"><lane id="before_0" index="0" length="60" speed="13.89"/></edge>
            <edge id="south"><lane id="south_0" index="0" length="90" speed="16.67"/></edge>
            <edge id="in"><lane id="in_0" index="0" length="90" speed="13.89"/></edge>
            <edge id="east"><lane id="east_0" index="0" length="70" speed="13.89"/></edge>
            <edge id="north"><lane id="north_0" index="0" length="50" speed="13.89"/></edge>
            <edge id="out"><lane id="out_0" index="0" length="70" speed="13.89"/></edge>
            <tlLogic id="s" type="static" programID="0" offset="0">
                <phase duration="30" state="GgrG"/>
                <phase duration="3" state="yyry"/>
                <phase duration="30" state="rrGr"/>
                <phase duration="3" state="rryr"/>
            </tlLogic>
            <junction id="j" type="traffic_light" incLanes="" intLanes=":j_0_0 :j_4_0 :j_2_0 :j_3_0">
                <request index="0" response="0000" foes="0100" cont="0"/>
                <request index="1" response="1000" foes="1100" cont="1"/>
                <request index="2" response="0000" foes="1011" cont="0"/>
                <request index="3" response="0000" foes="0110" cont="0"/>
            </junction>
            <junction id=":j_4_0" type="internal" incLanes=":j_1_0" intLanes=":j_2_0 :j_0_0 :j_3_0"/>
            <connection from="before" to="west" fromLane="0" toLane="0" dir="s" state="M"/>
            <connection from="west" to="east" fromLane="0" toLane="0" via=":j_0_0" tl="s" linkIndex="0" dir="s"/>
            <connection from="west" to="north" fromLane="0" toLane="0" via=":j_1_0" tl="s" linkIndex="1" dir="l"/>
            <connection from="south" to="north" fromLane="0" toLane="0" via=":j_2_0" tl="s" linkIndex="2" dir="s"/>
            <connection from="in" to="out" fromLane="0" toLane="0" via=":j_3_0" tl="s" linkIndex="3" dir="s"/>
            <connection from=":j_0" to="east" fromLane="0" toLane="0" dir="s" state="M"/>
            <connection from=":j_1" to="north" fromLane="0" toLane="0" via=":j_4_0" dir="l" state="m"/>
            <connection from=":j_4" to="north" fromLane="0" toLane="0" dir="l" state="M"/>
        </net>
        """
}
