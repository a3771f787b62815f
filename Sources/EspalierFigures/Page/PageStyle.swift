/// How pages look, around their figures.
enum PageStyle {
  /// The style sheet; no character in it is markup.
  static let sheet = """
    :root{color-scheme:light dark}
    body{margin:0;background:#fff;color:#1a1c20;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
    main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
    h1{font-size:1.7rem;line-height:1.25;margin:0 0 1rem}
    h2{font-size:1.25rem;margin:2.5rem 0 .75rem;border-bottom:1px solid #d9dce1;padding-bottom:.25rem}
    h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
    p{margin:.5rem 0;max-width:46rem}
    figure{margin:1rem 0}
    figcaption,caption{color:#565c66;font-size:.875rem;text-align:left;max-width:46rem}
    .figures{display:grid;gap:1rem}
    .several{grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
    svg.figure{display:block;width:100%;height:auto}
    .wide{overflow-x:auto;margin:1rem 0}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{padding:.3rem .9rem .3rem 0;border-bottom:1px solid #e2e4e8;text-align:right;vertical-align:top}
    th{font-weight:600;white-space:nowrap}
    td:first-child,th:first-child,.facts td{text-align:left}
    .facts th{color:#565c66;font-weight:400}
    pre{overflow-x:auto;background:#f3f4f6;padding:.75rem 1rem;font-size:.85rem;line-height:1.4}
    @media (prefers-color-scheme:dark){
    body{background:#15171b;color:#e8eaed}
    h2{border-color:#363b43}
    figcaption,caption,.facts th{color:#a8aeb8}
    th,td{border-color:#2b2f36}
    pre{background:#1f2228}
    }
    """
}
