// Each file of Sources/Web/CityConsole/Site becomes a constant: #embed (C23, in clang since 19) copies its bytes, and
// the compiler's dependency file makes SwiftPM build again when one changes. scripts/list-console-files writes both lists
// below; EmbeddedSiteTests finds what was forgotten.
#include "CConsoleSite.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#if !defined(__has_embed)
#error "The compiler lacks #embed. Use clang 19 or later, as it comes with Swift 6.1 or later."
#endif

static const unsigned char css_access_css[] = {
#embed "../../Web/CityConsole/Site/css/access.css"
};
static const unsigned char css_account_css[] = {
#embed "../../Web/CityConsole/Site/css/account.css"
};
static const unsigned char css_air_css[] = {
#embed "../../Web/CityConsole/Site/css/air.css"
};
static const unsigned char css_alerts_css[] = {
#embed "../../Web/CityConsole/Site/css/alerts.css"
};
static const unsigned char css_base_css[] = {
#embed "../../Web/CityConsole/Site/css/base.css"
};
static const unsigned char css_boards_css[] = {
#embed "../../Web/CityConsole/Site/css/boards.css"
};
static const unsigned char css_cityview_css[] = {
#embed "../../Web/CityConsole/Site/css/cityview.css"
};
static const unsigned char css_detail_css[] = {
#embed "../../Web/CityConsole/Site/css/detail.css"
};
static const unsigned char css_entityedit_css[] = {
#embed "../../Web/CityConsole/Site/css/entityedit.css"
};
static const unsigned char css_forms_css[] = {
#embed "../../Web/CityConsole/Site/css/forms.css"
};
static const unsigned char css_history_css[] = {
#embed "../../Web/CityConsole/Site/css/history.css"
};
static const unsigned char css_import_css[] = {
#embed "../../Web/CityConsole/Site/css/import.css"
};
static const unsigned char css_layout_css[] = {
#embed "../../Web/CityConsole/Site/css/layout.css"
};
static const unsigned char css_operations_css[] = {
#embed "../../Web/CityConsole/Site/css/operations.css"
};
static const unsigned char css_pages_css[] = {
#embed "../../Web/CityConsole/Site/css/pages.css"
};
static const unsigned char css_panels_css[] = {
#embed "../../Web/CityConsole/Site/css/panels.css"
};
static const unsigned char css_publish_css[] = {
#embed "../../Web/CityConsole/Site/css/publish.css"
};
static const unsigned char css_selection_css[] = {
#embed "../../Web/CityConsole/Site/css/selection.css"
};
static const unsigned char css_subscriptions_css[] = {
#embed "../../Web/CityConsole/Site/css/subscriptions.css"
};
static const unsigned char css_traffic_css[] = {
#embed "../../Web/CityConsole/Site/css/traffic.css"
};
static const unsigned char favicon_svg[] = {
#embed "../../Web/CityConsole/Site/favicon.svg"
};
static const unsigned char icon_maskable_svg[] = {
#embed "../../Web/CityConsole/Site/icon-maskable.svg"
};
static const unsigned char index_html[] = {
#embed "../../Web/CityConsole/Site/index.html"
};
static const unsigned char js_accesspage_js[] = {
#embed "../../Web/CityConsole/Site/js/accesspage.js"
};
static const unsigned char js_accesspolicy_js[] = {
#embed "../../Web/CityConsole/Site/js/accesspolicy.js"
};
static const unsigned char js_accountmenu_js[] = {
#embed "../../Web/CityConsole/Site/js/accountmenu.js"
};
static const unsigned char js_airaddress_js[] = {
#embed "../../Web/CityConsole/Site/js/airaddress.js"
};
static const unsigned char js_aircalendar_js[] = {
#embed "../../Web/CityConsole/Site/js/aircalendar.js"
};
static const unsigned char js_airchart_js[] = {
#embed "../../Web/CityConsole/Site/js/airchart.js"
};
static const unsigned char js_airdata_js[] = {
#embed "../../Web/CityConsole/Site/js/airdata.js"
};
static const unsigned char js_airforecast_js[] = {
#embed "../../Web/CityConsole/Site/js/airforecast.js"
};
static const unsigned char js_airindex_js[] = {
#embed "../../Web/CityConsole/Site/js/airindex.js"
};
static const unsigned char js_airlegend_js[] = {
#embed "../../Web/CityConsole/Site/js/airlegend.js"
};
static const unsigned char js_airlimits_js[] = {
#embed "../../Web/CityConsole/Site/js/airlimits.js"
};
static const unsigned char js_airlist_js[] = {
#embed "../../Web/CityConsole/Site/js/airlist.js"
};
static const unsigned char js_airmap_js[] = {
#embed "../../Web/CityConsole/Site/js/airmap.js"
};
static const unsigned char js_airmodel_js[] = {
#embed "../../Web/CityConsole/Site/js/airmodel.js"
};
static const unsigned char js_airpage_js[] = {
#embed "../../Web/CityConsole/Site/js/airpage.js"
};
static const unsigned char js_airreadings_js[] = {
#embed "../../Web/CityConsole/Site/js/airreadings.js"
};
static const unsigned char js_airreasons_js[] = {
#embed "../../Web/CityConsole/Site/js/airreasons.js"
};
static const unsigned char js_airstation_js[] = {
#embed "../../Web/CityConsole/Site/js/airstation.js"
};
static const unsigned char js_airtime_js[] = {
#embed "../../Web/CityConsole/Site/js/airtime.js"
};
static const unsigned char js_alertcards_js[] = {
#embed "../../Web/CityConsole/Site/js/alertcards.js"
};
static const unsigned char js_alerthistory_js[] = {
#embed "../../Web/CityConsole/Site/js/alerthistory.js"
};
static const unsigned char js_alertlist_js[] = {
#embed "../../Web/CityConsole/Site/js/alertlist.js"
};
static const unsigned char js_alertspage_js[] = {
#embed "../../Web/CityConsole/Site/js/alertspage.js"
};
static const unsigned char js_api_js[] = {
#embed "../../Web/CityConsole/Site/js/api.js"
};
static const unsigned char js_areadraw_js[] = {
#embed "../../Web/CityConsole/Site/js/areadraw.js"
};
static const unsigned char js_areapicker_js[] = {
#embed "../../Web/CityConsole/Site/js/areapicker.js"
};
static const unsigned char js_attribute_js[] = {
#embed "../../Web/CityConsole/Site/js/attribute.js"
};
static const unsigned char js_attributeeditor_js[] = {
#embed "../../Web/CityConsole/Site/js/attributeeditor.js"
};
static const unsigned char js_attributeinput_js[] = {
#embed "../../Web/CityConsole/Site/js/attributeinput.js"
};
static const unsigned char js_attributekinds_js[] = {
#embed "../../Web/CityConsole/Site/js/attributekinds.js"
};
static const unsigned char js_basemap_js[] = {
#embed "../../Web/CityConsole/Site/js/basemap.js"
};
static const unsigned char js_boardmodel_js[] = {
#embed "../../Web/CityConsole/Site/js/boardmodel.js"
};
static const unsigned char js_boardspage_js[] = {
#embed "../../Web/CityConsole/Site/js/boardspage.js"
};
static const unsigned char js_boardtileform_js[] = {
#embed "../../Web/CityConsole/Site/js/boardtileform.js"
};
static const unsigned char js_boardtiles_js[] = {
#embed "../../Web/CityConsole/Site/js/boardtiles.js"
};
static const unsigned char js_boardview_js[] = {
#embed "../../Web/CityConsole/Site/js/boardview.js"
};
static const unsigned char js_bulkedit_js[] = {
#embed "../../Web/CityConsole/Site/js/bulkedit.js"
};
static const unsigned char js_cardactions_js[] = {
#embed "../../Web/CityConsole/Site/js/cardactions.js"
};
static const unsigned char js_chart_js[] = {
#embed "../../Web/CityConsole/Site/js/chart.js"
};
static const unsigned char js_chartgestures_js[] = {
#embed "../../Web/CityConsole/Site/js/chartgestures.js"
};
static const unsigned char js_chartscale_js[] = {
#embed "../../Web/CityConsole/Site/js/chartscale.js"
};
static const unsigned char js_chartseries_js[] = {
#embed "../../Web/CityConsole/Site/js/chartseries.js"
};
static const unsigned char js_chosen_js[] = {
#embed "../../Web/CityConsole/Site/js/chosen.js"
};
static const unsigned char js_citytiles_js[] = {
#embed "../../Web/CityConsole/Site/js/citytiles.js"
};
static const unsigned char js_colourmark_js[] = {
#embed "../../Web/CityConsole/Site/js/colourmark.js"
};
static const unsigned char js_conditions_js[] = {
#embed "../../Web/CityConsole/Site/js/conditions.js"
};
static const unsigned char js_controlmode_js[] = {
#embed "../../Web/CityConsole/Site/js/controlmode.js"
};
static const unsigned char js_copytext_js[] = {
#embed "../../Web/CityConsole/Site/js/copytext.js"
};
static const unsigned char js_detail_js[] = {
#embed "../../Web/CityConsole/Site/js/detail.js"
};
static const unsigned char js_detailpanel_js[] = {
#embed "../../Web/CityConsole/Site/js/detailpanel.js"
};
static const unsigned char js_dom_js[] = {
#embed "../../Web/CityConsole/Site/js/dom.js"
};
static const unsigned char js_download_js[] = {
#embed "../../Web/CityConsole/Site/js/download.js"
};
static const unsigned char js_durations_js[] = {
#embed "../../Web/CityConsole/Site/js/durations.js"
};
static const unsigned char js_empty_js[] = {
#embed "../../Web/CityConsole/Site/js/empty.js"
};
static const unsigned char js_entity_js[] = {
#embed "../../Web/CityConsole/Site/js/entity.js"
};
static const unsigned char js_entityapi_js[] = {
#embed "../../Web/CityConsole/Site/js/entityapi.js"
};
static const unsigned char js_entityform_js[] = {
#embed "../../Web/CityConsole/Site/js/entityform.js"
};
static const unsigned char js_entitytools_js[] = {
#embed "../../Web/CityConsole/Site/js/entitytools.js"
};
static const unsigned char js_entityvalues_js[] = {
#embed "../../Web/CityConsole/Site/js/entityvalues.js"
};
static const unsigned char js_features_js[] = {
#embed "../../Web/CityConsole/Site/js/features.js"
};
static const unsigned char js_filedrop_js[] = {
#embed "../../Web/CityConsole/Site/js/filedrop.js"
};
static const unsigned char js_firstmeasurement_js[] = {
#embed "../../Web/CityConsole/Site/js/firstmeasurement.js"
};
static const unsigned char js_flowforecast_js[] = {
#embed "../../Web/CityConsole/Site/js/flowforecast.js"
};
static const unsigned char js_forecastfan_js[] = {
#embed "../../Web/CityConsole/Site/js/forecastfan.js"
};
static const unsigned char js_formparts_js[] = {
#embed "../../Web/CityConsole/Site/js/formparts.js"
};
static const unsigned char js_glyphs_js[] = {
#embed "../../Web/CityConsole/Site/js/glyphs.js"
};
static const unsigned char js_header_js[] = {
#embed "../../Web/CityConsole/Site/js/header.js"
};
static const unsigned char js_historyaddress_js[] = {
#embed "../../Web/CityConsole/Site/js/historyaddress.js"
};
static const unsigned char js_historydata_js[] = {
#embed "../../Web/CityConsole/Site/js/historydata.js"
};
static const unsigned char js_historylegend_js[] = {
#embed "../../Web/CityConsole/Site/js/historylegend.js"
};
static const unsigned char js_historypage_js[] = {
#embed "../../Web/CityConsole/Site/js/historypage.js"
};
static const unsigned char js_historypicker_js[] = {
#embed "../../Web/CityConsole/Site/js/historypicker.js"
};
static const unsigned char js_historyseries_js[] = {
#embed "../../Web/CityConsole/Site/js/historyseries.js"
};
static const unsigned char js_historytable_js[] = {
#embed "../../Web/CityConsole/Site/js/historytable.js"
};
static const unsigned char js_historywords_js[] = {
#embed "../../Web/CityConsole/Site/js/historywords.js"
};
static const unsigned char js_icons_js[] = {
#embed "../../Web/CityConsole/Site/js/icons.js"
};
static const unsigned char js_importapi_js[] = {
#embed "../../Web/CityConsole/Site/js/importapi.js"
};
static const unsigned char js_importmapping_js[] = {
#embed "../../Web/CityConsole/Site/js/importmapping.js"
};
static const unsigned char js_importpage_js[] = {
#embed "../../Web/CityConsole/Site/js/importpage.js"
};
static const unsigned char js_importpreview_js[] = {
#embed "../../Web/CityConsole/Site/js/importpreview.js"
};
static const unsigned char js_importreading_js[] = {
#embed "../../Web/CityConsole/Site/js/importreading.js"
};
static const unsigned char js_importrun_js[] = {
#embed "../../Web/CityConsole/Site/js/importrun.js"
};
static const unsigned char js_importwords_js[] = {
#embed "../../Web/CityConsole/Site/js/importwords.js"
};
static const unsigned char js_ink_js[] = {
#embed "../../Web/CityConsole/Site/js/ink.js"
};
static const unsigned char js_install_js[] = {
#embed "../../Web/CityConsole/Site/js/install.js"
};
static const unsigned char js_lang_fr_json[] = {
#embed "../../Web/CityConsole/Site/js/lang/fr.json"
};
static const unsigned char js_language_early_js[] = {
#embed "../../Web/CityConsole/Site/js/language-early.js"
};
static const unsigned char js_language_js[] = {
#embed "../../Web/CityConsole/Site/js/language.js"
};
static const unsigned char js_largecity_js[] = {
#embed "../../Web/CityConsole/Site/js/largecity.js"
};
static const unsigned char js_largeview_js[] = {
#embed "../../Web/CityConsole/Site/js/largeview.js"
};
static const unsigned char js_legend_js[] = {
#embed "../../Web/CityConsole/Site/js/legend.js"
};
static const unsigned char js_list_js[] = {
#embed "../../Web/CityConsole/Site/js/list.js"
};
static const unsigned char js_listtools_js[] = {
#embed "../../Web/CityConsole/Site/js/listtools.js"
};
static const unsigned char js_main_js[] = {
#embed "../../Web/CityConsole/Site/js/main.js"
};
static const unsigned char js_map_js[] = {
#embed "../../Web/CityConsole/Site/js/map.js"
};
static const unsigned char js_mapbuttons_js[] = {
#embed "../../Web/CityConsole/Site/js/mapbuttons.js"
};
static const unsigned char js_mapentities_js[] = {
#embed "../../Web/CityConsole/Site/js/mapentities.js"
};
static const unsigned char js_mapfeatures_js[] = {
#embed "../../Web/CityConsole/Site/js/mapfeatures.js"
};
static const unsigned char js_maploader_js[] = {
#embed "../../Web/CityConsole/Site/js/maploader.js"
};
static const unsigned char js_mapstyle_js[] = {
#embed "../../Web/CityConsole/Site/js/mapstyle.js"
};
static const unsigned char js_maptools_js[] = {
#embed "../../Web/CityConsole/Site/js/maptools.js"
};
static const unsigned char js_mapview_js[] = {
#embed "../../Web/CityConsole/Site/js/mapview.js"
};
static const unsigned char js_markers_js[] = {
#embed "../../Web/CityConsole/Site/js/markers.js"
};
static const unsigned char js_operationsapi_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsapi.js"
};
static const unsigned char js_operationsattention_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsattention.js"
};
static const unsigned char js_operationsdelivery_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsdelivery.js"
};
static const unsigned char js_operationslatency_js[] = {
#embed "../../Web/CityConsole/Site/js/operationslatency.js"
};
static const unsigned char js_operationsmetrics_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsmetrics.js"
};
static const unsigned char js_operationspage_js[] = {
#embed "../../Web/CityConsole/Site/js/operationspage.js"
};
static const unsigned char js_operationsparts_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsparts.js"
};
static const unsigned char js_operationsrequests_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsrequests.js"
};
static const unsigned char js_operationssamples_js[] = {
#embed "../../Web/CityConsole/Site/js/operationssamples.js"
};
static const unsigned char js_operationsserver_js[] = {
#embed "../../Web/CityConsole/Site/js/operationsserver.js"
};
static const unsigned char js_operationssilence_js[] = {
#embed "../../Web/CityConsole/Site/js/operationssilence.js"
};
static const unsigned char js_operationssources_js[] = {
#embed "../../Web/CityConsole/Site/js/operationssources.js"
};
static const unsigned char js_operationssourcespart_js[] = {
#embed "../../Web/CityConsole/Site/js/operationssourcespart.js"
};
static const unsigned char js_operationswords_js[] = {
#embed "../../Web/CityConsole/Site/js/operationswords.js"
};
static const unsigned char js_pagemap_js[] = {
#embed "../../Web/CityConsole/Site/js/pagemap.js"
};
static const unsigned char js_pages_js[] = {
#embed "../../Web/CityConsole/Site/js/pages.js"
};
static const unsigned char js_panelhead_js[] = {
#embed "../../Web/CityConsole/Site/js/panelhead.js"
};
static const unsigned char js_past_js[] = {
#embed "../../Web/CityConsole/Site/js/past.js"
};
static const unsigned char js_pastcity_js[] = {
#embed "../../Web/CityConsole/Site/js/pastcity.js"
};
static const unsigned char js_publishapi_js[] = {
#embed "../../Web/CityConsole/Site/js/publishapi.js"
};
static const unsigned char js_publishform_js[] = {
#embed "../../Web/CityConsole/Site/js/publishform.js"
};
static const unsigned char js_publishpage_js[] = {
#embed "../../Web/CityConsole/Site/js/publishpage.js"
};
static const unsigned char js_queueline_js[] = {
#embed "../../Web/CityConsole/Site/js/queueline.js"
};
static const unsigned char js_rangechart_js[] = {
#embed "../../Web/CityConsole/Site/js/rangechart.js"
};
static const unsigned char js_rankedlist_js[] = {
#embed "../../Web/CityConsole/Site/js/rankedlist.js"
};
static const unsigned char js_rates_js[] = {
#embed "../../Web/CityConsole/Site/js/rates.js"
};
static const unsigned char js_relationgraph_js[] = {
#embed "../../Web/CityConsole/Site/js/relationgraph.js"
};
static const unsigned char js_ruleapi_js[] = {
#embed "../../Web/CityConsole/Site/js/ruleapi.js"
};
static const unsigned char js_ruleform_js[] = {
#embed "../../Web/CityConsole/Site/js/ruleform.js"
};
static const unsigned char js_rulelist_js[] = {
#embed "../../Web/CityConsole/Site/js/rulelist.js"
};
static const unsigned char js_rulemodel_js[] = {
#embed "../../Web/CityConsole/Site/js/rulemodel.js"
};
static const unsigned char js_ruleparts_js[] = {
#embed "../../Web/CityConsole/Site/js/ruleparts.js"
};
static const unsigned char js_ruletests_js[] = {
#embed "../../Web/CityConsole/Site/js/ruletests.js"
};
static const unsigned char js_ruletry_js[] = {
#embed "../../Web/CityConsole/Site/js/ruletry.js"
};
static const unsigned char js_rulewords_js[] = {
#embed "../../Web/CityConsole/Site/js/rulewords.js"
};
static const unsigned char js_savebuttons_js[] = {
#embed "../../Web/CityConsole/Site/js/savebuttons.js"
};
static const unsigned char js_selection_js[] = {
#embed "../../Web/CityConsole/Site/js/selection.js"
};
static const unsigned char js_series_js[] = {
#embed "../../Web/CityConsole/Site/js/series.js"
};
static const unsigned char js_serviceworker_js[] = {
#embed "../../Web/CityConsole/Site/js/serviceworker.js"
};
static const unsigned char js_session_js[] = {
#embed "../../Web/CityConsole/Site/js/session.js"
};
static const unsigned char js_sheet_js[] = {
#embed "../../Web/CityConsole/Site/js/sheet.js"
};
static const unsigned char js_signaldecision_js[] = {
#embed "../../Web/CityConsole/Site/js/signaldecision.js"
};
static const unsigned char js_signaldecisions_js[] = {
#embed "../../Web/CityConsole/Site/js/signaldecisions.js"
};
static const unsigned char js_signaldiagram_js[] = {
#embed "../../Web/CityConsole/Site/js/signaldiagram.js"
};
static const unsigned char js_signalqueues_js[] = {
#embed "../../Web/CityConsole/Site/js/signalqueues.js"
};
static const unsigned char js_signaltimeline_js[] = {
#embed "../../Web/CityConsole/Site/js/signaltimeline.js"
};
static const unsigned char js_signinpage_js[] = {
#embed "../../Web/CityConsole/Site/js/signinpage.js"
};
static const unsigned char js_sparkline_js[] = {
#embed "../../Web/CityConsole/Site/js/sparkline.js"
};
static const unsigned char js_store_js[] = {
#embed "../../Web/CityConsole/Site/js/store.js"
};
static const unsigned char js_stream_js[] = {
#embed "../../Web/CityConsole/Site/js/stream.js"
};
static const unsigned char js_subscriptionapi_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptionapi.js"
};
static const unsigned char js_subscriptiondefinition_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptiondefinition.js"
};
static const unsigned char js_subscriptiondetail_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptiondetail.js"
};
static const unsigned char js_subscriptionform_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptionform.js"
};
static const unsigned char js_subscriptionlist_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptionlist.js"
};
static const unsigned char js_subscriptions_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptions.js"
};
static const unsigned char js_subscriptionwords_js[] = {
#embed "../../Web/CityConsole/Site/js/subscriptionwords.js"
};
static const unsigned char js_sync_js[] = {
#embed "../../Web/CityConsole/Site/js/sync.js"
};
static const unsigned char js_temporal_js[] = {
#embed "../../Web/CityConsole/Site/js/temporal.js"
};
static const unsigned char js_theme_early_js[] = {
#embed "../../Web/CityConsole/Site/js/theme-early.js"
};
static const unsigned char js_theme_js[] = {
#embed "../../Web/CityConsole/Site/js/theme.js"
};
static const unsigned char js_tilestyle_js[] = {
#embed "../../Web/CityConsole/Site/js/tilestyle.js"
};
static const unsigned char js_time_js[] = {
#embed "../../Web/CityConsole/Site/js/time.js"
};
static const unsigned char js_toast_js[] = {
#embed "../../Web/CityConsole/Site/js/toast.js"
};
static const unsigned char js_trafficempty_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficempty.js"
};
static const unsigned char js_trafficjunction_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficjunction.js"
};
static const unsigned char js_trafficlegend_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficlegend.js"
};
static const unsigned char js_trafficlist_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficlist.js"
};
static const unsigned char js_trafficmap_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficmap.js"
};
static const unsigned char js_trafficmodel_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficmodel.js"
};
static const unsigned char js_trafficpage_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficpage.js"
};
static const unsigned char js_trafficsegment_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficsegment.js"
};
static const unsigned char js_trafficwords_js[] = {
#embed "../../Web/CityConsole/Site/js/trafficwords.js"
};
static const unsigned char js_translation_js[] = {
#embed "../../Web/CityConsole/Site/js/translation.js"
};
static const unsigned char js_travel_js[] = {
#embed "../../Web/CityConsole/Site/js/travel.js"
};
static const unsigned char js_typeinfo_js[] = {
#embed "../../Web/CityConsole/Site/js/typeinfo.js"
};
static const unsigned char js_types_js[] = {
#embed "../../Web/CityConsole/Site/js/types.js"
};
static const unsigned char js_undo_js[] = {
#embed "../../Web/CityConsole/Site/js/undo.js"
};
static const unsigned char js_units_js[] = {
#embed "../../Web/CityConsole/Site/js/units.js"
};
static const unsigned char manifest_webmanifest[] = {
#embed "../../Web/CityConsole/Site/manifest.webmanifest"
};
static const unsigned char public_colours_js[] = {
#embed "../../Web/CityConsole/Site/public/colours.js"
};
static const unsigned char public_data_js[] = {
#embed "../../Web/CityConsole/Site/public/data.js"
};
static const unsigned char public_ground_js[] = {
#embed "../../Web/CityConsole/Site/public/ground.js"
};
static const unsigned char public_map_js[] = {
#embed "../../Web/CityConsole/Site/public/map.js"
};
static const unsigned char public_site_css[] = {
#embed "../../Web/CityConsole/Site/public/site.css"
};
static const unsigned char public_site_js[] = {
#embed "../../Web/CityConsole/Site/public/site.js"
};
static const unsigned char public_words_js[] = {
#embed "../../Web/CityConsole/Site/public/words.js"
};

static const console_site_file files[] = {
    {"css/access.css", css_access_css, sizeof css_access_css},
    {"css/account.css", css_account_css, sizeof css_account_css},
    {"css/air.css", css_air_css, sizeof css_air_css},
    {"css/alerts.css", css_alerts_css, sizeof css_alerts_css},
    {"css/base.css", css_base_css, sizeof css_base_css},
    {"css/boards.css", css_boards_css, sizeof css_boards_css},
    {"css/cityview.css", css_cityview_css, sizeof css_cityview_css},
    {"css/detail.css", css_detail_css, sizeof css_detail_css},
    {"css/entityedit.css", css_entityedit_css, sizeof css_entityedit_css},
    {"css/forms.css", css_forms_css, sizeof css_forms_css},
    {"css/history.css", css_history_css, sizeof css_history_css},
    {"css/import.css", css_import_css, sizeof css_import_css},
    {"css/layout.css", css_layout_css, sizeof css_layout_css},
    {"css/operations.css", css_operations_css, sizeof css_operations_css},
    {"css/pages.css", css_pages_css, sizeof css_pages_css},
    {"css/panels.css", css_panels_css, sizeof css_panels_css},
    {"css/publish.css", css_publish_css, sizeof css_publish_css},
    {"css/selection.css", css_selection_css, sizeof css_selection_css},
    {"css/subscriptions.css", css_subscriptions_css, sizeof css_subscriptions_css},
    {"css/traffic.css", css_traffic_css, sizeof css_traffic_css},
    {"favicon.svg", favicon_svg, sizeof favicon_svg},
    {"icon-maskable.svg", icon_maskable_svg, sizeof icon_maskable_svg},
    {"index.html", index_html, sizeof index_html},
    {"js/accesspage.js", js_accesspage_js, sizeof js_accesspage_js},
    {"js/accesspolicy.js", js_accesspolicy_js, sizeof js_accesspolicy_js},
    {"js/accountmenu.js", js_accountmenu_js, sizeof js_accountmenu_js},
    {"js/airaddress.js", js_airaddress_js, sizeof js_airaddress_js},
    {"js/aircalendar.js", js_aircalendar_js, sizeof js_aircalendar_js},
    {"js/airchart.js", js_airchart_js, sizeof js_airchart_js},
    {"js/airdata.js", js_airdata_js, sizeof js_airdata_js},
    {"js/airforecast.js", js_airforecast_js, sizeof js_airforecast_js},
    {"js/airindex.js", js_airindex_js, sizeof js_airindex_js},
    {"js/airlegend.js", js_airlegend_js, sizeof js_airlegend_js},
    {"js/airlimits.js", js_airlimits_js, sizeof js_airlimits_js},
    {"js/airlist.js", js_airlist_js, sizeof js_airlist_js},
    {"js/airmap.js", js_airmap_js, sizeof js_airmap_js},
    {"js/airmodel.js", js_airmodel_js, sizeof js_airmodel_js},
    {"js/airpage.js", js_airpage_js, sizeof js_airpage_js},
    {"js/airreadings.js", js_airreadings_js, sizeof js_airreadings_js},
    {"js/airreasons.js", js_airreasons_js, sizeof js_airreasons_js},
    {"js/airstation.js", js_airstation_js, sizeof js_airstation_js},
    {"js/airtime.js", js_airtime_js, sizeof js_airtime_js},
    {"js/alertcards.js", js_alertcards_js, sizeof js_alertcards_js},
    {"js/alerthistory.js", js_alerthistory_js, sizeof js_alerthistory_js},
    {"js/alertlist.js", js_alertlist_js, sizeof js_alertlist_js},
    {"js/alertspage.js", js_alertspage_js, sizeof js_alertspage_js},
    {"js/api.js", js_api_js, sizeof js_api_js},
    {"js/areadraw.js", js_areadraw_js, sizeof js_areadraw_js},
    {"js/areapicker.js", js_areapicker_js, sizeof js_areapicker_js},
    {"js/attribute.js", js_attribute_js, sizeof js_attribute_js},
    {"js/attributeeditor.js", js_attributeeditor_js, sizeof js_attributeeditor_js},
    {"js/attributeinput.js", js_attributeinput_js, sizeof js_attributeinput_js},
    {"js/attributekinds.js", js_attributekinds_js, sizeof js_attributekinds_js},
    {"js/basemap.js", js_basemap_js, sizeof js_basemap_js},
    {"js/boardmodel.js", js_boardmodel_js, sizeof js_boardmodel_js},
    {"js/boardspage.js", js_boardspage_js, sizeof js_boardspage_js},
    {"js/boardtileform.js", js_boardtileform_js, sizeof js_boardtileform_js},
    {"js/boardtiles.js", js_boardtiles_js, sizeof js_boardtiles_js},
    {"js/boardview.js", js_boardview_js, sizeof js_boardview_js},
    {"js/bulkedit.js", js_bulkedit_js, sizeof js_bulkedit_js},
    {"js/cardactions.js", js_cardactions_js, sizeof js_cardactions_js},
    {"js/chart.js", js_chart_js, sizeof js_chart_js},
    {"js/chartgestures.js", js_chartgestures_js, sizeof js_chartgestures_js},
    {"js/chartscale.js", js_chartscale_js, sizeof js_chartscale_js},
    {"js/chartseries.js", js_chartseries_js, sizeof js_chartseries_js},
    {"js/chosen.js", js_chosen_js, sizeof js_chosen_js},
    {"js/citytiles.js", js_citytiles_js, sizeof js_citytiles_js},
    {"js/colourmark.js", js_colourmark_js, sizeof js_colourmark_js},
    {"js/conditions.js", js_conditions_js, sizeof js_conditions_js},
    {"js/controlmode.js", js_controlmode_js, sizeof js_controlmode_js},
    {"js/copytext.js", js_copytext_js, sizeof js_copytext_js},
    {"js/detail.js", js_detail_js, sizeof js_detail_js},
    {"js/detailpanel.js", js_detailpanel_js, sizeof js_detailpanel_js},
    {"js/dom.js", js_dom_js, sizeof js_dom_js},
    {"js/download.js", js_download_js, sizeof js_download_js},
    {"js/durations.js", js_durations_js, sizeof js_durations_js},
    {"js/empty.js", js_empty_js, sizeof js_empty_js},
    {"js/entity.js", js_entity_js, sizeof js_entity_js},
    {"js/entityapi.js", js_entityapi_js, sizeof js_entityapi_js},
    {"js/entityform.js", js_entityform_js, sizeof js_entityform_js},
    {"js/entitytools.js", js_entitytools_js, sizeof js_entitytools_js},
    {"js/entityvalues.js", js_entityvalues_js, sizeof js_entityvalues_js},
    {"js/features.js", js_features_js, sizeof js_features_js},
    {"js/filedrop.js", js_filedrop_js, sizeof js_filedrop_js},
    {"js/firstmeasurement.js", js_firstmeasurement_js, sizeof js_firstmeasurement_js},
    {"js/flowforecast.js", js_flowforecast_js, sizeof js_flowforecast_js},
    {"js/forecastfan.js", js_forecastfan_js, sizeof js_forecastfan_js},
    {"js/formparts.js", js_formparts_js, sizeof js_formparts_js},
    {"js/glyphs.js", js_glyphs_js, sizeof js_glyphs_js},
    {"js/header.js", js_header_js, sizeof js_header_js},
    {"js/historyaddress.js", js_historyaddress_js, sizeof js_historyaddress_js},
    {"js/historydata.js", js_historydata_js, sizeof js_historydata_js},
    {"js/historylegend.js", js_historylegend_js, sizeof js_historylegend_js},
    {"js/historypage.js", js_historypage_js, sizeof js_historypage_js},
    {"js/historypicker.js", js_historypicker_js, sizeof js_historypicker_js},
    {"js/historyseries.js", js_historyseries_js, sizeof js_historyseries_js},
    {"js/historytable.js", js_historytable_js, sizeof js_historytable_js},
    {"js/historywords.js", js_historywords_js, sizeof js_historywords_js},
    {"js/icons.js", js_icons_js, sizeof js_icons_js},
    {"js/importapi.js", js_importapi_js, sizeof js_importapi_js},
    {"js/importmapping.js", js_importmapping_js, sizeof js_importmapping_js},
    {"js/importpage.js", js_importpage_js, sizeof js_importpage_js},
    {"js/importpreview.js", js_importpreview_js, sizeof js_importpreview_js},
    {"js/importreading.js", js_importreading_js, sizeof js_importreading_js},
    {"js/importrun.js", js_importrun_js, sizeof js_importrun_js},
    {"js/importwords.js", js_importwords_js, sizeof js_importwords_js},
    {"js/ink.js", js_ink_js, sizeof js_ink_js},
    {"js/install.js", js_install_js, sizeof js_install_js},
    {"js/lang/fr.json", js_lang_fr_json, sizeof js_lang_fr_json},
    {"js/language-early.js", js_language_early_js, sizeof js_language_early_js},
    {"js/language.js", js_language_js, sizeof js_language_js},
    {"js/largecity.js", js_largecity_js, sizeof js_largecity_js},
    {"js/largeview.js", js_largeview_js, sizeof js_largeview_js},
    {"js/legend.js", js_legend_js, sizeof js_legend_js},
    {"js/list.js", js_list_js, sizeof js_list_js},
    {"js/listtools.js", js_listtools_js, sizeof js_listtools_js},
    {"js/main.js", js_main_js, sizeof js_main_js},
    {"js/map.js", js_map_js, sizeof js_map_js},
    {"js/mapbuttons.js", js_mapbuttons_js, sizeof js_mapbuttons_js},
    {"js/mapentities.js", js_mapentities_js, sizeof js_mapentities_js},
    {"js/mapfeatures.js", js_mapfeatures_js, sizeof js_mapfeatures_js},
    {"js/maploader.js", js_maploader_js, sizeof js_maploader_js},
    {"js/mapstyle.js", js_mapstyle_js, sizeof js_mapstyle_js},
    {"js/maptools.js", js_maptools_js, sizeof js_maptools_js},
    {"js/mapview.js", js_mapview_js, sizeof js_mapview_js},
    {"js/markers.js", js_markers_js, sizeof js_markers_js},
    {"js/operationsapi.js", js_operationsapi_js, sizeof js_operationsapi_js},
    {"js/operationsattention.js", js_operationsattention_js, sizeof js_operationsattention_js},
    {"js/operationsdelivery.js", js_operationsdelivery_js, sizeof js_operationsdelivery_js},
    {"js/operationslatency.js", js_operationslatency_js, sizeof js_operationslatency_js},
    {"js/operationsmetrics.js", js_operationsmetrics_js, sizeof js_operationsmetrics_js},
    {"js/operationspage.js", js_operationspage_js, sizeof js_operationspage_js},
    {"js/operationsparts.js", js_operationsparts_js, sizeof js_operationsparts_js},
    {"js/operationsrequests.js", js_operationsrequests_js, sizeof js_operationsrequests_js},
    {"js/operationssamples.js", js_operationssamples_js, sizeof js_operationssamples_js},
    {"js/operationsserver.js", js_operationsserver_js, sizeof js_operationsserver_js},
    {"js/operationssilence.js", js_operationssilence_js, sizeof js_operationssilence_js},
    {"js/operationssources.js", js_operationssources_js, sizeof js_operationssources_js},
    {"js/operationssourcespart.js", js_operationssourcespart_js, sizeof js_operationssourcespart_js},
    {"js/operationswords.js", js_operationswords_js, sizeof js_operationswords_js},
    {"js/pagemap.js", js_pagemap_js, sizeof js_pagemap_js},
    {"js/pages.js", js_pages_js, sizeof js_pages_js},
    {"js/panelhead.js", js_panelhead_js, sizeof js_panelhead_js},
    {"js/past.js", js_past_js, sizeof js_past_js},
    {"js/pastcity.js", js_pastcity_js, sizeof js_pastcity_js},
    {"js/publishapi.js", js_publishapi_js, sizeof js_publishapi_js},
    {"js/publishform.js", js_publishform_js, sizeof js_publishform_js},
    {"js/publishpage.js", js_publishpage_js, sizeof js_publishpage_js},
    {"js/queueline.js", js_queueline_js, sizeof js_queueline_js},
    {"js/rangechart.js", js_rangechart_js, sizeof js_rangechart_js},
    {"js/rankedlist.js", js_rankedlist_js, sizeof js_rankedlist_js},
    {"js/rates.js", js_rates_js, sizeof js_rates_js},
    {"js/relationgraph.js", js_relationgraph_js, sizeof js_relationgraph_js},
    {"js/ruleapi.js", js_ruleapi_js, sizeof js_ruleapi_js},
    {"js/ruleform.js", js_ruleform_js, sizeof js_ruleform_js},
    {"js/rulelist.js", js_rulelist_js, sizeof js_rulelist_js},
    {"js/rulemodel.js", js_rulemodel_js, sizeof js_rulemodel_js},
    {"js/ruleparts.js", js_ruleparts_js, sizeof js_ruleparts_js},
    {"js/ruletests.js", js_ruletests_js, sizeof js_ruletests_js},
    {"js/ruletry.js", js_ruletry_js, sizeof js_ruletry_js},
    {"js/rulewords.js", js_rulewords_js, sizeof js_rulewords_js},
    {"js/savebuttons.js", js_savebuttons_js, sizeof js_savebuttons_js},
    {"js/selection.js", js_selection_js, sizeof js_selection_js},
    {"js/series.js", js_series_js, sizeof js_series_js},
    {"js/serviceworker.js", js_serviceworker_js, sizeof js_serviceworker_js},
    {"js/session.js", js_session_js, sizeof js_session_js},
    {"js/sheet.js", js_sheet_js, sizeof js_sheet_js},
    {"js/signaldecision.js", js_signaldecision_js, sizeof js_signaldecision_js},
    {"js/signaldecisions.js", js_signaldecisions_js, sizeof js_signaldecisions_js},
    {"js/signaldiagram.js", js_signaldiagram_js, sizeof js_signaldiagram_js},
    {"js/signalqueues.js", js_signalqueues_js, sizeof js_signalqueues_js},
    {"js/signaltimeline.js", js_signaltimeline_js, sizeof js_signaltimeline_js},
    {"js/signinpage.js", js_signinpage_js, sizeof js_signinpage_js},
    {"js/sparkline.js", js_sparkline_js, sizeof js_sparkline_js},
    {"js/store.js", js_store_js, sizeof js_store_js},
    {"js/stream.js", js_stream_js, sizeof js_stream_js},
    {"js/subscriptionapi.js", js_subscriptionapi_js, sizeof js_subscriptionapi_js},
    {"js/subscriptiondefinition.js", js_subscriptiondefinition_js, sizeof js_subscriptiondefinition_js},
    {"js/subscriptiondetail.js", js_subscriptiondetail_js, sizeof js_subscriptiondetail_js},
    {"js/subscriptionform.js", js_subscriptionform_js, sizeof js_subscriptionform_js},
    {"js/subscriptionlist.js", js_subscriptionlist_js, sizeof js_subscriptionlist_js},
    {"js/subscriptions.js", js_subscriptions_js, sizeof js_subscriptions_js},
    {"js/subscriptionwords.js", js_subscriptionwords_js, sizeof js_subscriptionwords_js},
    {"js/sync.js", js_sync_js, sizeof js_sync_js},
    {"js/temporal.js", js_temporal_js, sizeof js_temporal_js},
    {"js/theme-early.js", js_theme_early_js, sizeof js_theme_early_js},
    {"js/theme.js", js_theme_js, sizeof js_theme_js},
    {"js/tilestyle.js", js_tilestyle_js, sizeof js_tilestyle_js},
    {"js/time.js", js_time_js, sizeof js_time_js},
    {"js/toast.js", js_toast_js, sizeof js_toast_js},
    {"js/trafficempty.js", js_trafficempty_js, sizeof js_trafficempty_js},
    {"js/trafficjunction.js", js_trafficjunction_js, sizeof js_trafficjunction_js},
    {"js/trafficlegend.js", js_trafficlegend_js, sizeof js_trafficlegend_js},
    {"js/trafficlist.js", js_trafficlist_js, sizeof js_trafficlist_js},
    {"js/trafficmap.js", js_trafficmap_js, sizeof js_trafficmap_js},
    {"js/trafficmodel.js", js_trafficmodel_js, sizeof js_trafficmodel_js},
    {"js/trafficpage.js", js_trafficpage_js, sizeof js_trafficpage_js},
    {"js/trafficsegment.js", js_trafficsegment_js, sizeof js_trafficsegment_js},
    {"js/trafficwords.js", js_trafficwords_js, sizeof js_trafficwords_js},
    {"js/translation.js", js_translation_js, sizeof js_translation_js},
    {"js/travel.js", js_travel_js, sizeof js_travel_js},
    {"js/typeinfo.js", js_typeinfo_js, sizeof js_typeinfo_js},
    {"js/types.js", js_types_js, sizeof js_types_js},
    {"js/undo.js", js_undo_js, sizeof js_undo_js},
    {"js/units.js", js_units_js, sizeof js_units_js},
    {"manifest.webmanifest", manifest_webmanifest, sizeof manifest_webmanifest},
    {"public/colours.js", public_colours_js, sizeof public_colours_js},
    {"public/data.js", public_data_js, sizeof public_data_js},
    {"public/ground.js", public_ground_js, sizeof public_ground_js},
    {"public/map.js", public_map_js, sizeof public_map_js},
    {"public/site.css", public_site_css, sizeof public_site_css},
    {"public/site.js", public_site_js, sizeof public_site_js},
    {"public/words.js", public_words_js, sizeof public_words_js},
};

const console_site_file *console_site_file_at(size_t index) {
    return index < sizeof files / sizeof files[0] ? &files[index] : NULL;
}
