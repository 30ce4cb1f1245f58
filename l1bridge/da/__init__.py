"""Where a batch's data can lie: layers behind `rollup.ports.da.DataLayer`, found under `tandem.da`."""
