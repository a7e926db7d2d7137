import { writeDataFile } from "./scripts/dataFile.ts";
const rows=Number(process.argv[3]);
writeDataFile(process.argv[2]!,(function*(){
  for(let i=0;i<rows;i+=2048){const n=Math.min(2048,rows-i);
   const x=new Float64Array(n*784), y=new Float64Array(n*10); 
   let s=i+1; for(let k=0;k<x.length;k++){ s=(Math.imul(s,1664525)+1013904223)|0; x[k]=s/2**31;} for(let k=0;k<n;k++) y[k*10+(i+k)%10]=1;
   yield {x:{numbers:x,extents:[784]},y:{numbers:y,extents:[10]}};}})());
